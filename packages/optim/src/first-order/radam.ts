import { div, greater, maximum, mul, sqrt, square, sub, where, type Value } from "@unroll/core";
import { descent } from "../descent.ts";
import { deviation, type EpsilonPlace } from "../epsilon.ts";
import { expectIn } from "../expect.ts";
import { average, correction } from "../moving-average.ts";
import type { Rate } from "../rate.ts";
import type { Transform } from "../transform.ts";

/** What makes RAdam. */
export interface RadamOptions {
  /** **A number is frozen when the step is compiled.** */
  readonly learningRate: Rate;
  /** How much of the mean is kept. Default: 0.9. */
  readonly beta1?: number;
  /** How much of the mean square is kept. Default: 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean square. Default: 1e-8; the paper has none. */
  readonly epsilon?: number;
  /** Which root epsilon is added to. Default: "biased", as in PyTorch. */
  readonly epsilonIn?: EpsilonPlace;
  /** How many steps the mean square must be worth before steps are divided by its root. Default: 5; in the paper 4. */
  readonly rectifiedAbove?: number;
}

/**
 * RAdam: Adam whose first steps, when the mean square is worth few gradients, are those of momentum, and whose later
 * ones are shortened for the variance of that root.
 *
 * Steps are rectified once the mean square is worth more than 5 gradients, as in PyTorch and the authors' program; in
 * the paper's algorithm more than 4: `rectifiedAbove: 4`.
 *
 * Throws: UnrollError.
 * Source: Liu et al., On the Variance of the Adaptive Learning Rate and Beyond, 2020, algorithm 2.
 */
export function radam({
  learningRate,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  epsilonIn = "biased",
  rectifiedAbove = 5,
}: RadamOptions): Transform {
  expectIn("[0, 1)", "radam", { beta1, beta2 });
  expectIn("[0, Infinity)", "radam", { epsilon });
  // From 4 on the variance is finite.
  expectIn("[4, Infinity)", "radam", { rectifiedAbove });
  return descent("radam", {
    learningRate,
    remembers: { mean: 0, meanSquare: 0 },
    at(step) {
      const unbiased1 = correction(beta1, step);
      const unbiased2 = correction(beta2, step);
      const { isRectified, factor } = rectification(beta2, step, unbiased2, rectifiedAbove);
      return (g, remembered) => {
        const mean = average(beta1, remembered.mean, g);
        const meanSquare = average(beta2, remembered.meanSquare, square(g));
        const along = mul(mean, unbiased1);
        const scaled = div(mul(factor, along), deviation(meanSquare, unbiased2, epsilon, epsilonIn));
        return [where(isRectified, scaled, along), { mean, meanSquare }];
      };
    },
  });
}

/** Whether the root of the mean square is known well enough to divide by, and what shortens the step then. */
function rectification(beta: number, step: Value, unbiased: Value, threshold: number) {
  const limit = 2 / (1 - beta) - 1;
  // beta^step / (1 - beta^step) is 1 / (1 - beta^step) - 1.
  const length = sub(limit, mul(2, step, sub(unbiased, 1)));
  const isRectified = greater(length, threshold);
  const share = div(
    mul(sub(length, 4), sub(length, 2), limit),
    mul((limit - 4) * (limit - 2), maximum(length, threshold)),
  );
  return { isRectified, factor: sqrt(maximum(share, 0)) };
}
