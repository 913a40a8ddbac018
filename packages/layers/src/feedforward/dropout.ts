import { bernoulli, mul, UnrollError, where, type Value } from "@unroll/core";

/**
 * Set each number to 0 with probability `rate` and divide the others by 1 - rate, so that the mean stays.
 * Without a key, x itself.
 *
 * Gradient: dx = dy / (1 - rate) where x was kept, 0 elsewhere.
 * Throws: UnrollError when the rate is not in [0, 1).
 * Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, Dropout, 2014, section 10
 * (inverted).
 */
export function dropout(x: Value, rate: number, key?: Value): Value {
  if (!(rate >= 0 && rate < 1)) throw new UnrollError(`dropout: the rate ${rate} is not in [0, 1).`);
  if (key === undefined || rate === 0) return x;
  return where(bernoulli(key, 1 - rate, x.shape), mul(x, 1 / (1 - rate)), 0);
}
