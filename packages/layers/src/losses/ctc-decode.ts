import { DTypeError, formatType, ShapeError, UnrollError, type Tensor } from "@unroll/core";

/** What a decoder of CTC may be told. */
export interface CtcDecodeOptions {
  /** Numbers of steps, i32 [B]. Default: T for all. */
  readonly lengths?: Tensor;
  /** The number of the symbol that stands for no label. Default: 0. */
  readonly blank?: number;
}

/**
 * The labels of the most probable path of every sequence: the best symbol of each step, with repetitions merged and
 * blanks dropped. On the host. It is not always the most probable labelling, since many paths may share one.
 *
 * Shapes: logProbs [T, B, V], a tensor -> B lists
 * Throws: ShapeError, DTypeError when the tensors do not fit; UnrollError for a blank that is no symbol.
 * Source: Graves, Fernandez, Gomez and Schmidhuber, Connectionist Temporal Classification, 2006, section 3.2.
 */
export function ctcGreedy(logProbs: Tensor, options: CtcDecodeOptions = {}): readonly (readonly number[])[] {
  const { blank = 0 } = options;
  return sequencesOf("ctcGreedy", logProbs, options).map((steps) => {
    const path = steps.map((row) => row.reduce((best, x, symbol) => (x > row[best]! ? symbol : best), 0));
    return path.filter((symbol, t) => symbol !== blank && symbol !== path[t - 1]);
  });
}

/** How the beam is searched. */
export interface CtcBeamOptions extends CtcDecodeOptions {
  /** How many labellings are kept at every step. Default: 16. */
  readonly width?: number;
  /** What a language model adds for a label after others, in nats. Default: 0. */
  readonly score?: (before: readonly number[], label: number) => number;
}

/** A labelling and the logarithm of its probability, with what the language model added. */
export interface CtcHypothesis {
  readonly labels: readonly number[];
  readonly logProbability: number;
}

/**
 * The most probable labellings of every sequence, the best first: paths of the same labels are added up as they
 * grow, and at each step the best prefixes are kept. On the host. With a width beyond the number of labellings it
 * is exact.
 *
 * Shapes: logProbs [T, B, V], a tensor -> B lists of at most `width` labellings
 * Throws: ShapeError, DTypeError when the tensors do not fit; UnrollError for a blank that is no symbol, or no
 * width.
 * Source: Hannun, Maas, Jurafsky and Ng, First-Pass Large Vocabulary Continuous Speech Recognition using
 * Bi-Directional Recurrent DNNs, 2014, algorithm 1; Graves, Supervised Sequence Labelling, 2012, section 7.5.
 */
export function ctcBeamSearch(
  logProbs: Tensor,
  options: CtcBeamOptions = {},
): readonly (readonly CtcHypothesis[])[] {
  const { blank = 0, width = 16, score = () => 0 } = options;
  if (!Number.isInteger(width) || width < 1) {
    throw new UnrollError(`ctcBeamSearch: the width is ${width}.`, "It is a whole number from 1 on.");
  }
  return sequencesOf("ctcBeamSearch", logProbs, options).map((steps) => {
    let beam: readonly Prefix[] = [{ labels: [], onBlank: 0, onLabel: -Infinity }];
    for (const row of steps) beam = best(extended(beam, row, blank, score), width);
    return beam.map((prefix) => ({ labels: prefix.labels, logProbability: total(prefix) }));
  });
}

/** The paths of one labelling so far, by whether they end on a blank: logarithms of probabilities. */
interface Prefix {
  readonly labels: readonly number[];
  onBlank: number;
  onLabel: number;
}

const total = ({ onBlank, onLabel }: Prefix): number => logAdd(onBlank, onLabel);

const logAdd = (a: number, b: number): number => {
  const larger = Math.max(a, b);
  return larger === -Infinity ? larger : larger + Math.log1p(Math.exp(-Math.abs(a - b)));
};

/** All prefixes that one more step makes of a beam. */
function extended(
  beam: readonly Prefix[],
  row: readonly number[],
  blank: number,
  score: (before: readonly number[], label: number) => number,
): readonly Prefix[] {
  const found = new Map<string, Prefix>();
  const at = (labels: readonly number[]): Prefix => {
    const name = labels.join();
    const prefix = found.get(name) ?? { labels, onBlank: -Infinity, onLabel: -Infinity };
    found.set(name, prefix);
    return prefix;
  };
  for (const before of beam) {
    const same = at(before.labels);
    const last = before.labels.at(-1);
    row.forEach((logProbability, symbol) => {
      if (symbol === blank) {
        same.onBlank = logAdd(same.onBlank, total(before) + logProbability);
        return;
      }
      // After itself a symbol is a repetition, and another label only when a blank stands between.
      if (symbol === last) same.onLabel = logAdd(same.onLabel, before.onLabel + logProbability);
      const from = symbol === last ? before.onBlank : total(before);
      const grown = from + logProbability + score(before.labels, symbol);
      if (grown === -Infinity) return;
      const longer = at([...before.labels, symbol]);
      longer.onLabel = logAdd(longer.onLabel, grown);
    });
  }
  return [...found.values()];
}

const best = (prefixes: readonly Prefix[], width: number): readonly Prefix[] =>
  prefixes.toSorted((a, b) => total(b) - total(a)).slice(0, width);

/** The rows of every sequence. Throws: ShapeError, DTypeError, UnrollError. */
function sequencesOf(
  decoder: string,
  logProbs: Tensor,
  { lengths, blank = 0 }: CtcDecodeOptions,
): readonly (readonly (readonly number[])[])[] {
  const { type, data } = logProbs;
  const [T, B, V] = type.shape;
  if (type.shape.length !== 3 || T === undefined || B === undefined || V === undefined) {
    throw new ShapeError(
      `${decoder}: the log-probabilities ${formatType(type)} have rank ${type.shape.length}, not 3.`,
      "They are [T, B, V].",
    );
  }
  if (!(Number.isInteger(blank) && blank >= 0 && blank < V)) {
    throw new UnrollError(
      `${decoder}: the blank is ${blank}, and ${formatType(type)} has the symbols 0 to ${V - 1}.`,
    );
  }
  if (lengths && formatType(lengths.type) !== `i32[${B}]`) {
    const Wrong = lengths.type.dtype === "i32" ? ShapeError : DTypeError;
    throw new Wrong(
      `${decoder}: ${formatType(type)} and ${formatType(lengths.type)}: the lengths are i32[${B}].`,
    );
  }
  return Array.from({ length: B }, (_, b) =>
    Array.from({ length: Math.min(T, lengths?.data[b] ?? T) }, (_, t) => {
      const from = (t * B + b) * V;
      return Array.from(data.subarray(from, from + V));
    }),
  );
}
