import { add, div, maximum, minimum, mul, sub } from "@unroll/core";
import { expectCount } from "../expect.ts";
import { expectRate, rateAt, type Rate, type Schedule } from "../rate.ts";

/**
 * A rate that rises in equal steps, to the full one at the last of `steps` updates, and then follows `then`, which
 * counts its own steps from there.
 *
 * Throws: UnrollError.
 * Source: Goyal et al., Accurate, Large Minibatch SGD, 2017, section 2.2 (gradual warmup).
 *
 *     warmUp(500, cosine({ rate: 2e-3, steps: 20_000 }));
 */
export function warmUp(steps: number, then: Rate): Schedule {
  expectCount("warmUp", { steps });
  expectRate("warmUp", "then", then);
  return (step) => {
    const risen = minimum(div(add(step, 1), steps), 1);
    return mul(rateAt("warmUp", then, maximum(sub(step, steps), 0)), risen);
  };
}
