import { add, constant, div, exp, expm1, mul, neg, square, sub, sum, tensor, type Value } from "@unroll/core";
import { descent } from "../descent.ts";
import { deviation } from "../epsilon.ts";
import { expectIn } from "../expect.ts";
import { average, correction } from "../moving-average.ts";
import type { Rate } from "../rate.ts";
import type { Transform } from "../transform.ts";

/** What makes NAdam. */
export interface NadamOptions {
  /** **A number is frozen when the step is compiled.** In PyTorch: 2e-3. */
  readonly learningRate: Rate;
  /** How much of the mean is kept. Default: 0.9. */
  readonly beta1?: number;
  /** How much of the mean square is kept. Default: 0.999. */
  readonly beta2?: number;
  /** Added to the root of the unbiased mean square. Default: 1e-8. */
  readonly epsilon?: number;
  /** How fast the momentum warms up; with 0 it is beta1 / 2 throughout. Default: 4e-3. */
  readonly momentumDecay?: number;
}

/**
 * NAdam: Adam with Nesterov's momentum: the mean that it moves along is looked at one step ahead.
 *
 * The momentum of step t is beta1 (1 - 0.96^(t momentumDecay) / 2), which warms up from beta1 / 2, as in PyTorch; the
 * paper leaves the schedule open.
 *
 * Throws: UnrollError.
 * Source: Dozat, Incorporating Nesterov Momentum into Adam, 2016, algorithm 2.
 */
export function nadam({
  learningRate,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  momentumDecay = 4e-3,
}: NadamOptions): Transform {
  expectIn("[0, 1)", "nadam", { beta1, beta2 });
  expectIn("[0, Infinity)", "nadam", { epsilon, momentumDecay });
  const momentum = warmingUp(beta1, momentumDecay);
  return descent("nadam", {
    learningRate,
    remembers: { mean: 0, meanSquare: 0 },
    at(step) {
      const now = momentum.at(step);
      const next = momentum.at(add(step, 1));
      const product = momentum.product(step);
      const ofGradient = div(sub(1, now), sub(1, product));
      const ofMean = div(next, sub(1, mul(product, next)));
      const unbiased = correction(beta2, step);
      return (g, remembered) => {
        const mean = average(beta1, remembered.mean, g);
        const meanSquare = average(beta2, remembered.meanSquare, square(g));
        const ahead = add(mul(ofGradient, g), mul(ofMean, mean));
        return [div(ahead, deviation(meanSquare, unbiased, epsilon, "unbiased")), { mean, meanSquare }];
      };
    },
  });
}

interface Momentum {
  /** That of a step. */
  at(step: Value): Value;
  /** That of all steps up to this one, multiplied. */
  product(step: Value): Value;
}

function warmingUp(beta: number, decay: number): Momentum {
  const slope = Math.log(0.96) * decay;
  return {
    at: (step) => mul(beta, sub(1, mul(0.5, exp(mul(slope, step))))),
    product(step) {
      const powers = exp(mul(Math.log(beta), step));
      if (decay === 0) return mul(powers, exp(mul(-Math.LN2, step)));
      return mul(powers, exp(neg(logarithm(slope, step))));
    },
  };
}

/**
 * -log of the product of 1 - q^i / 2 for i up to the step, with q = e^slope: a series, so that the product needs no
 * memory. The terms of log(1 - q^i / 2) are -(q^i / 2)^k / k, and each sums over i as a geometric series.
 */
function logarithm(slope: number, step: Value): Value {
  const terms = Array.from({ length: 53 }, (_, i) => i + 1);
  const exponents = terms.map((k) => k * slope);
  const weights = terms.map((k, i) => Math.exp(exponents[i]!) / (2 ** k * k * -Math.expm1(exponents[i]!)));
  const lift = (numbers: readonly number[]): Value => constant(tensor(numbers, { dtype: step.type.dtype }));
  return sum(mul(lift(weights), neg(expm1(mul(lift(exponents), step)))));
}
