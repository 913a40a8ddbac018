import {
  add,
  broadcastTo,
  cast,
  categorical,
  concat,
  equal,
  exp,
  floor,
  log,
  log1p,
  logSoftmax,
  logSumExp,
  matmul,
  minimum,
  div,
  mul,
  randomUniform,
  ShapeError,
  squeeze,
  sub,
  sum,
  take,
  transpose,
  unsqueeze,
  where,
  type Value,
} from "@unroll/core";
import { checkSizes } from "../spec/size.ts";
import { describe, expectAxes, expectBeside, expectFloats } from "./operands.ts";

/** Classes that stand for all others when the sum of a softmax is estimated. */
export interface Candidates {
  /** Which, i32 [S]; one may stand there twice. */
  readonly classes: Value;
  /** For each, the logarithm of how often it is expected among the S: [S]. */
  readonly logCounts: Value;
}

/** What scores V classes: a table [V, H], as in an embedding, and a bias [V]. */
export interface ClassScores {
  readonly table: Value;
  readonly bias?: Value | undefined;
}

/**
 * Candidates drawn, with replacement, by the probabilities softmax(logits): pass the logarithms of frequencies.
 *
 * Shapes: key i32[2], logits [V] -> S = count
 * Throws: KeyError; ShapeError, DTypeError when the logits are not [V].
 */
export function categoricalCandidates(key: Value, logits: Value, count: number): Candidates {
  checkSizes("categoricalCandidates", { count });
  expectAxes("categoricalCandidates", "logits", logits, ["V"]);
  const classes = categorical(key, broadcastTo(logits, [count, logits.shape[0]!]));
  return { classes, logCounts: add(Math.log(count), take(logSoftmax(logits), classes)) };
}

/** How many candidates are drawn from how many classes, and for scores of which dtype. */
export interface LogUniformOptions {
  readonly classes: number;
  readonly count: number;
  readonly dtype: "f32" | "f64";
}

/**
 * Candidates drawn, with replacement, by the law of words that are numbered by falling frequency: class c has the
 * probability log((c + 2) / (c + 1)) / log(V + 1).
 *
 * Shapes: key i32[2] -> S = count
 * Throws: KeyError; ShapeError for numbers that are no whole ones from 1 on.
 */
export function logUniformCandidates(key: Value, options: LogUniformOptions): Candidates {
  const { classes: V, count, dtype } = options;
  checkSizes("logUniformCandidates", { classes: V, count });
  // In f64: steps of 2^-24 would leave out rare classes of a large vocabulary.
  const u = randomUniform(key, { dtype: "f64", shape: [count] });
  const drawn = sub(floor(exp(mul(Math.log(V + 1), u))), 1);
  const classes = cast(minimum(drawn, V - 1), "i32");
  const share = log1p(div(1, add(cast(classes, dtype), 1)));
  return { classes, logCounts: add(Math.log(count / Math.log(V + 1)), log(share)) };
}

/**
 * Cross-entropy against a large vocabulary, with the sum over all classes estimated from a few: with q for how often
 * a candidate is expected,
 *
 *     log(exp(score[target]) + sum over candidates c != target of exp(score[c] - log q[c])) - score[target]
 *
 * The sum inside of the logarithm is on average that of the full softmax. With every class once as candidates, and
 * log q = 0, it is the full softmax. The candidates serve all rows; only their rows of the table are read, and get a
 * gradient.
 *
 * Shapes: hidden [..., H] with one axis in front or more, targets i32 [...] -> [...]; a target of -1 gives 0
 * Units: nats
 * Throws: DTypeError, ShapeError when table, bias, targets or candidates do not fit.
 * Source: Jean, Cho, Memisevic and Bengio, On Using Very Large Target Vocabulary for Neural Machine Translation,
 * 2015, section 3; Bengio and Senecal, Adaptive Importance Sampling, 2008.
 *
 *     const candidates = logUniformCandidates(key, { classes: 50000, count: 512, dtype: "f32" });
 *     const loss = mean(sampledSoftmax(hs, params.embed, next, candidates));
 */
export function sampledSoftmax(
  hidden: Value,
  scores: ClassScores,
  targets: Value,
  candidates: Candidates,
): Value {
  checkOperands(hidden, scores, targets, candidates);
  const { classes, logCounts } = candidates;
  const biasOf = (which: Value): Value | number => (scores.bias ? take(scores.bias, which) : 0);
  const own = add(sum(mul(hidden, take(scores.table, targets)), { axis: -1 }), biasOf(targets));
  const others = add(matmul(hidden, transpose(take(scores.table, classes))), biasOf(classes));
  const rows = unsqueeze(targets, -1);
  const corrected = where(equal(rows, classes), -Infinity, sub(others, logCounts));
  const target = unsqueeze(own, -1);
  const estimate = logSumExp(concat([target, corrected]), { axis: -1, keepDims: true });
  return squeeze(where(equal(rows, -1), 0, sub(estimate, target)), -1);
}

/** Throws: DTypeError, ShapeError. */
function checkOperands(
  hidden: Value,
  { table, bias }: ClassScores,
  targets: Value,
  { classes, logCounts }: Candidates,
): void {
  const loss = "sampledSoftmax";
  expectFloats(loss, "states", hidden);
  if (hidden.shape.length < 2) {
    throw new ShapeError(
      `${loss}: the states ${describe(hidden)} have rank ${hidden.shape.length}.`,
      "They are [..., H], with one axis in front or more.",
    );
  }
  expectAxes(loss, "table", table, ["V", "H"]);
  const [V] = table.shape as readonly [number, number];
  expectBeside(loss, hidden, "table", table, { shape: [V, hidden.shape.at(-1)!] });
  if (bias) expectBeside(loss, table, "bias", bias, { shape: [V] });
  expectBeside(loss, hidden, "targets", targets, { dtype: "i32", shape: hidden.shape.slice(0, -1) });
  const [count = 0] = classes.shape;
  expectBeside(loss, table, "candidates", classes, { dtype: "i32", shape: [count] });
  expectBeside(loss, classes, "counts", logCounts, { dtype: hidden.type.dtype, shape: [count] });
}
