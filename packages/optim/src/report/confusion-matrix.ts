import { ShapeError, tensor, UnrollError, type Tensor } from "@unroll/core";
import { measuresOf, type Measures } from "./confusion-measures.ts";
import { confusionSvg } from "./confusion-svg.ts";
import { confusionText } from "./confusion-text.ts";

/** Counts which class was taken for which. */
export interface ConfusionMatrix {
  readonly names: readonly string[];
  /** A row per target, a column per prediction. */
  readonly counts: readonly (readonly number[])[];
  /**
   * One example: the position of a class, or scores, of which the first highest is the prediction and, for the target,
   * the class. A target below 0 is not counted.
   *
   * Throws: UnrollError when there is no such class; ShapeError when there are other than one score per class.
   */
  add(prediction: number | ArrayLike<number>, target: number | ArrayLike<number>): void;
  /**
   * The examples of a batch.
   *
   * Shapes: targets i32 [...]; predictions i32 of that shape, or scores [..., classes].
   * Throws: ShapeError; UnrollError when there is no such class.
   */
  addBatch(predictions: Tensor, targets: Tensor): void;
  /** Accuracy, precision, recall, F1, per class and on average. */
  measures(): Measures;
  /** A table for a terminal. */
  text(): string;
  /** A picture. */
  svg(): string;
  /** Begin anew. */
  clear(): void;
  /** The counts for a checkpoint, f64 [classes, classes]; assigning them restores it. */
  state: Tensor;
}

/**
 * A matrix that counts which class was taken for which, from the names of the classes or their number.
 *
 * Torch7 counts classes from 1 and leaves targets out that are not above 0; here they count from 0.
 *
 * Throws: UnrollError when there is no class.
 *
 *     const confusion = confusionMatrix(["cat", "dog"]);
 *     confusion.addBatch(scores, labels);
 *     console.log(confusion.text());
 */
export function confusionMatrix(classes: number | readonly string[]): ConfusionMatrix {
  const names =
    typeof classes === "number" ? Array.from({ length: classes }, (_, k) => String(k)) : [...classes];
  if (names.length === 0) throw new UnrollError("confusionMatrix: there are no classes.");
  const n = names.length;
  let counts = square(n);
  const count = (prediction: number, target: number): void => {
    if (target < 0) return;
    expectClass(n, "target", target);
    expectClass(n, "prediction", prediction);
    counts[target]![prediction]!++;
  };
  return {
    names,
    get counts() {
      return counts.map((row) => [...row]);
    },
    add: (prediction, target) => count(classOf(n, "prediction", prediction), classOf(n, "target", target)),
    addBatch(predictions, targets) {
      classesOf(n, predictions, targets).forEach((found, i) => count(found, targets.data[i]!));
    },
    measures: () => measuresOf(names, counts),
    text: () => confusionText(names, counts, measuresOf(names, counts)),
    svg: () => confusionSvg(names, counts),
    clear() {
      counts = square(n);
    },
    get state() {
      return tensor(Float64Array.from(counts.flat()), { shape: [n, n] });
    },
    set state(given) {
      if (given.shape.join() !== [n, n].join()) {
        throw new ShapeError(
          `confusionMatrix: the counts are [${given.shape.join(", ")}] and should be [${n}, ${n}].`,
        );
      }
      counts = counts.map((_, k) => Array.from(given.data.subarray(k * n, (k + 1) * n)));
    },
  };
}

/** The class that each example of a batch was taken for. */
function classesOf(n: number, predictions: Tensor, targets: Tensor): number[] {
  const hasScores = predictions.type.dtype !== "i32";
  const expected = hasScores ? [...targets.shape, n] : targets.shape;
  if (predictions.shape.join() !== expected.join()) {
    const [shape, need] = [predictions.shape.join(", "), expected.join(", ")];
    throw new ShapeError(`confusionMatrix: the predictions are [${shape}] and should be [${need}].`);
  }
  const { data } = predictions;
  const count = targets.data.length;
  return Array.from({ length: count }, (_, i) =>
    hasScores ? highest(data.subarray(i * n, (i + 1) * n)) : data[i]!,
  );
}

const square = (n: number): number[][] => Array.from({ length: n }, () => Array<number>(n).fill(0));

function classOf(n: number, what: string, given: number | ArrayLike<number>): number {
  if (typeof given === "number") return given;
  if (given.length === n) return highest(given);
  throw new ShapeError(`confusionMatrix: the ${what} has ${given.length} scores for ${n} classes.`);
}

const highest = (scores: ArrayLike<number>): number =>
  Array.from(scores).reduce((best, score, k) => (score > scores[best]! ? k : best), 0);

function expectClass(n: number, what: string, position: number): void {
  if (Number.isInteger(position) && position >= 0 && position < n) return;
  throw new UnrollError(`confusionMatrix: the ${what} ${position} is none of the ${n} classes.`);
}
