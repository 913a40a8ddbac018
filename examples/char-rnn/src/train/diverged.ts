/** Training that came to nothing, and where it went wrong. */
import { copy, flatten, NonFiniteError, UnrollError, type Tensor } from "@unroll/core";
import { againFrom, extentOf, type Run } from "../run/run.ts";
import { pieceAt } from "./step.ts";
import { trainerOf } from "./trainer.ts";

interface Place {
  /** The step in which it was noticed. */
  readonly step: number;
  /** The step that has a checkpoint. */
  readonly saved: number;
  readonly folder: string;
  readonly learningRate: number;
}

/** The loss or a parameter is no finite number, or the loss is far beyond that of guessing. */
export class Diverged extends UnrollError {
  override readonly name = "Diverged";
  readonly place: Place;

  readonly what: string;

  /** `cause` is the first node whose result is not finite, when it is known. */
  constructor(what: string, place: Place, cause?: string) {
    super(
      `train: ${what}.${cause === undefined ? "" : `\nFirst of all: ${cause}`}`,
      `The checkpoint of step ${place.saved} is as it was. Go on from it with a smaller rate: ` +
        `resume ${place.folder} --learning-rate ${smaller(place.learningRate)}`,
    );
    this.what = what;
    this.place = place;
  }

  /** The same, with its cause. */
  because(cause: string): Diverged {
    return new Diverged(this.what, this.place, cause);
  }
}

/** What is tried next. */
export const smaller = (learningRate: number): number => Number((learningRate / 2).toPrecision(6));

/**
 * The first node of a run that gave a number which is not finite, in the words of the engine that looks at every one;
 * undefined when all are finite, as when the loss has only become too large.
 *
 * A step writes over the state before it, so the run is made once more from its checkpoint, which gives the same
 * numbers, up to the step after which something is not finite. That one is made by the reference engine. It takes a
 * while.
 */
export function firstNonFinite(diverged: Run, { place: { step } }: Diverged): string | undefined {
  const run = againFrom(diverged);
  const { trainer } = run;
  for (let made = run.step; made < step; made++) {
    const piece = pieceAt(run, made);
    const before = copy(trainer.state);
    const { loss } = trainer.step(piece);
    if (!Number.isFinite(loss.data[0]!) || !isFinite(trainer.state)) return messageOf(run, before, piece);
  }
  return undefined;
}

const isFinite = (tree: unknown): boolean =>
  flatten(tree).every(({ leaf }) => (leaf as Tensor).data.every(Number.isFinite));

/** What a step says when every number is looked at. */
function messageOf(
  { model, options, text }: Run,
  before: Run["trainer"]["state"],
  piece: Parameters<Run["trainer"]["step"]>[0],
): string | undefined {
  const checked = trainerOf(model, options, extentOf(options, text), { checks: "finite" });
  checked.state = before;
  try {
    checked.step(piece);
    return undefined;
  } catch (error) {
    if (error instanceof NonFiniteError) return error.message;
    throw error;
  } finally {
    checked.dispose();
  }
}
