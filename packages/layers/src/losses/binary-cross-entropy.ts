import { add, mul, neg, softplus, sub, type Value } from "@unroll/core";
import { expectAtLeast, expectBeside, expectFloats } from "./operands.ts";

/**
 * How many nats each truth value is off, from logits: with p = sigmoid(logit),
 *
 *     -weight target log(p) - (1 - target) log(1 - p)
 *
 * computed as softplus of either sign, so that neither tail overflows or loses its digits. Targets are 0 or 1, or
 * any probability between; `positiveWeight`, 1 by default, is what a positive one counts.
 *
 * Shapes: any, targets of the same type -> same.
 * Units: nats
 * Gradient: dlogit = (p - target) dloss, with weight 1; the targets have one too.
 * Throws: DTypeError, ShapeError when the types differ; UnrollError for a weight below 0.
 *
 *     const notes = sum(binaryCrossEntropy(logits, next), { axis: -1 }); // nats per step of music
 */
export function binaryCrossEntropy(
  logits: Value,
  targets: Value,
  options: { readonly positiveWeight?: number } = {},
): Value {
  const { positiveWeight = 1 } = options;
  expectFloats("binaryCrossEntropy", "logits", logits);
  expectBeside("binaryCrossEntropy", logits, "targets", targets);
  expectAtLeast("binaryCrossEntropy", "weight", positiveWeight, 0);
  const positive = mul(targets, softplus(neg(logits)));
  const negative = mul(sub(1, targets), softplus(logits));
  return add(positiveWeight === 1 ? positive : mul(positiveWeight, positive), negative);
}
