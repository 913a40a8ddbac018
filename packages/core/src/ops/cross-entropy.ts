import { ShapeError, UnrollError } from "../tensor/error.ts";
import { formatType, sameShape, type Shape } from "../tensor/type.ts";
import { describeValue, type Value } from "../graph/node.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { normalizeAxis } from "./axis.ts";
import { equal } from "./compare.ts";
import { expectFloats, expectIndex, expectValues } from "./expect.ts";
import { log } from "./functions.ts";
import { mean } from "./reduce.ts";
import { squeeze, unsqueeze } from "./reshape.ts";
import { exponentials } from "./softmax.ts";
import { take } from "./take.ts";
import { takeAlong } from "./take-along.ts";
import { where } from "./where.ts";

/** Which rows count, and how much. */
export interface CrossEntropyOptions {
  /** The target of rows that do not count: their result is 0, with zero gradient. Default: -1. */
  readonly ignore?: number;
  /** What each class counts, [V]. */
  readonly weights?: Value;
  /**
   * The share of each target that is spread over all V classes alike: it becomes 1 - smoothing + smoothing / V,
   * and every other class smoothing / V. A class whose logit is -Infinity then makes its row infinite. Default: 0.
   */
  readonly smoothing?: number;
}

/**
 * How many nats each target is off: minus the logarithm of the share that the softmax of its logits gives it.
 * Nothing is averaged: take the mean, or divide by the number of targets that count.
 *
 * Shapes: logits [..., V], targets i32 [...] -> [...]
 * Units: nats
 * Gradient: dlogits = (softmax(logits) - oneHot(targets)) dy; smoothed targets are spread as they count.
 * Throws: DTypeError when the targets are not i32; ShapeError when they do not fit the logits; UnrollError when the
 * smoothing is not in [0, 1].
 * Source: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, Rethinking the Inception Architecture, 2016, section 7, for the
 * smoothing.
 *
 *     const loss = mean(crossEntropy(logits, next));
 */
export function crossEntropy(logits: Value, targets: Value, options: CrossEntropyOptions = {}): Value {
  const { ignore = -1, weights, smoothing = 0 } = options;
  checkOperands(logits, targets, weights);
  if (!(smoothing >= 0 && smoothing <= 1)) {
    throw new UnrollError(`crossEntropy: the smoothing ${smoothing} is not in [0, 1].`);
  }
  const rows = unsqueeze(targets, -1);
  const ignored = equal(rows, ignore);
  const classes = where(ignored, -1, rows);
  const { shifted, total } = exponentials(logits, [logits.shape.length - 1]);
  const off = sub(log(total), takeAlong(shifted, classes));
  const weighted = weights ? mul(take(weights, classes), off) : off;
  if (smoothing === 0) return squeeze(where(ignored, 0, weighted), -1);
  const offs = sub(log(total), shifted);
  const spread = mean(weights ? mul(weights, offs) : offs, { axis: -1, keepDims: true });
  const smoothed = add(mul(1 - smoothing, weighted), mul(smoothing, spread));
  return squeeze(where(ignored, 0, smoothed), -1);
}

function checkOperands(logits: Value, targets: Value, weights: Value | undefined): void {
  expectValues("crossEntropy", logits, targets);
  expectIndex("crossEntropy", targets);
  expectFloats("crossEntropy", weights ? [logits, weights] : [logits]);
  normalizeAxis("crossEntropy", -1, logits);
  const operands = `crossEntropy: ${describeValue(logits)} and`;
  const check = (x: Value, what: string, shape: Shape): void => {
    if (sameShape(x.shape, shape)) return;
    const wanted = formatType({ dtype: x.type.dtype, shape });
    throw new ShapeError(`${operands} ${describeValue(x)}: the ${what} of these logits are ${wanted}.`);
  };
  check(targets, "targets", logits.shape.slice(0, -1));
  if (weights) check(weights, "weights", logits.shape.slice(-1));
}
