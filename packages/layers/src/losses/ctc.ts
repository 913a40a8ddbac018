import {
  add,
  concat,
  full,
  greater,
  iota,
  less,
  logSumExp,
  mul,
  neg,
  notEqual,
  and,
  clamp,
  pad,
  reshape,
  scan,
  ShapeError,
  slice,
  stack,
  sub,
  takeAlong,
  unsqueeze,
  where,
  UnrollError,
  type Value,
} from "@unroll/core";
import { describe, expectAxes, expectBeside } from "./operands.ts";

/** What belongs to a batch of labellings besides its log-probabilities and labels. */
export interface CtcOptions {
  /** Numbers of steps, i32 [B]; one beyond T is T. Default: T for all. */
  readonly lengths?: Value | undefined;
  /** Numbers of labels, i32 [B]; one beyond L is L. Default: L for all. */
  readonly labelLengths?: Value | undefined;
  /** The number of the symbol that stands for no label. Default: 0. */
  readonly blank?: number;
}

/**
 * Connectionist temporal classification: minus the logarithm of the probability that a sequence is labelled so,
 * where it is not known at which step each label stands. Of every path of one symbol per step, repetitions are
 * merged and blanks dropped; the probabilities of all paths that become the labels are added up.
 *
 * Labels that no path of so few steps becomes have the loss Infinity and zero gradient.
 *
 * Shapes: logProbs [T, B, V], as `logSoftmax` gives them; labels i32 [B, L], padding may be anything -> [B]
 * Units: nats
 * Gradient: dlogProbs = minus the probability that the path passes there, given the labels, times dloss.
 * Throws: DTypeError, ShapeError when labels or lengths do not fit; UnrollError for a blank that is no symbol.
 * Source: Graves, Fernandez, Gomez and Schmidhuber, Connectionist Temporal Classification, 2006, section 4.1.
 *
 *     const loss = mean(ctc(logSoftmax(logits), labels, { lengths, labelLengths }));
 */
export function ctc(logProbs: Value, labels: Value, options: CtcOptions = {}): Value {
  const { lengths, labelLengths, blank = 0 } = options;
  checkOperands(logProbs, labels, options);
  const [T, B] = logProbs.shape as readonly [number, number, number];
  const [, L] = labels.shape as readonly [number, number];
  const size = 2 * L + 1;
  const count = labelLengths ? clamp(labelLengths, 0, L) : full(L, { dtype: "i32", shape: [B] });
  const real = where(less(iota(L), unsqueeze(count, 1)), labels, -1);
  // A blank before every label, and one behind the last.
  const pairs = reshape(stack([full(blank, labels.type), real], { axis: 2 }), [B, 2 * L]);
  const symbols = pad(pairs, 0, 1, { axis: 1, value: blank });
  const emitted = takeAlong(logProbs, unsqueeze(symbols, 0));
  const skips = maySkip(symbols, blank);
  const { dtype } = logProbs.type;
  const shifted = (alpha: Value, by: number): Value =>
    slice(pad(alpha, by, 0, { axis: 1, value: -Infinity }), 0, size, { axis: 1 });
  const step = (alpha: Value, { e, inside }: { e: Value; inside: Value | undefined }) => {
    const skipped = where(skips, shifted(alpha, 2), -Infinity);
    const next = add(logSumExp(stack([alpha, shifted(alpha, 1), skipped]), { axis: 0 }), e);
    return [inside ? where(unsqueeze(inside, 1), next, alpha) : next, undefined] as const;
  };
  // Before the first step every path stands on the first blank.
  const start = concat([full(0, { dtype, shape: [B, 1] }), full(-Infinity, { dtype, shape: [B, 2 * L] })]);
  const inside = lengths && less(unsqueeze(iota(T), 1), lengths);
  const [alpha] = scan(step, start, { e: emitted, inside });
  // A path ends on the last label, or on the blank behind it.
  const last = unsqueeze(mul(2, count), 1);
  const onLabel = where(greater(last, 0), takeAlong(alpha, sub(last, 1)), -Infinity);
  return neg(logSumExp(concat([takeAlong(alpha, last), onLabel]), { axis: 1 }));
}

/** Which symbols may follow the one before the last: labels that differ from it, over the blank between. */
function maySkip(symbols: Value, blank: number): Value {
  const before = slice(pad(symbols, 2, 0, { axis: 1, value: blank }), 0, symbols.shape[1], { axis: 1 });
  return and(notEqual(symbols, blank), notEqual(symbols, before));
}

/** Throws: DTypeError, ShapeError, UnrollError. */
function checkOperands(
  logProbs: Value,
  labels: Value,
  { lengths, labelLengths, blank = 0 }: CtcOptions,
): void {
  expectAxes("ctc", "log-probabilities", logProbs, ["T", "B", "V"]);
  const [, B, V] = logProbs.shape as readonly [number, number, number];
  const i32 = { dtype: "i32" } as const;
  if (labels.shape.length !== 2) {
    throw new ShapeError(
      `ctc: ${describe(logProbs)} and ${describe(labels)}: the labels have rank ${labels.shape.length}, not 2.`,
      `They are i32[${B}, L]: one row per sequence, with padding at its end.`,
    );
  }
  expectBeside("ctc", logProbs, "labels", labels, { ...i32, shape: [B, labels.shape[1]!] });
  if (lengths) expectBeside("ctc", logProbs, "lengths", lengths, { ...i32, shape: [B] });
  if (labelLengths) expectBeside("ctc", logProbs, "lengths of labels", labelLengths, { ...i32, shape: [B] });
  if (Number.isInteger(blank) && blank >= 0 && blank < V) return;
  throw new UnrollError(
    `ctc: the blank is ${blank}, and ${describe(logProbs)} has the symbols 0 to ${V - 1}.`,
  );
}
