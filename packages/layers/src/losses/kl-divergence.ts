import { exp, greater, logSoftmax, mul, sub, sum, where, type Value } from "@unroll/core";
import { expectBeside, expectRows } from "./operands.ts";

/**
 * How many nats the distribution q is off from p, both given by logits along the last axis:
 *
 *     KL(p || q) = sum p (log p - log q)
 *
 * Log-probabilities are logits. A class that p excludes by -Infinity adds nothing; one that q alone excludes makes
 * the row infinite.
 *
 * Shapes: logits [..., V], of one type -> [...]
 * Units: nats
 * Gradient: dq = (softmax(q) - softmax(p)) dloss, dp = p (log p - log q - KL) dloss
 * Throws: DTypeError, ShapeError when the types differ.
 * Source: Kullback and Leibler, On Information and Sufficiency, 1951.
 *
 *     const distillation = mean(klDivergence(detach(teacher), student));
 */
export function klDivergence(p: Value, q: Value): Value {
  expectRows("klDivergence", "logits", p);
  expectBeside("klDivergence", p, "logits of q", q);
  const [logP, logQ] = [logSoftmax(p), logSoftmax(q)];
  const possible = greater(logP, -Infinity);
  // Chosen before the subtraction, or -Infinity - -Infinity would be NaN in the derivative too.
  const distance = sub(where(possible, logP, 0), where(possible, logQ, 0));
  return sum(mul(exp(logP), distance), { axis: -1 });
}
