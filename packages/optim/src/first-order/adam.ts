import { add, div, mul, sqrt, square, type Value } from "@unroll/core";
import { descent, type LeafRule } from "../descent.ts";
import { expectIn } from "../expect.ts";
import { average, correction } from "../moving-average.ts";
import type { Rate } from "../rate.ts";
import type { Transform } from "../transform.ts";

/** What makes Adam. */
export interface AdamOptions {
  /** **A number is frozen when the step is compiled.** */
  readonly learningRate: Rate;
  /** How much of the mean is kept. Default: 0.9. */
  readonly beta1?: number;
  /** How much of the mean square is kept. Default: 0.999. */
  readonly beta2?: number;
  /** Added to the root of the unbiased mean square. Default: 1e-8. */
  readonly epsilon?: number;
}

/** What makes Adam with decoupled weight decay. */
export interface AdamwOptions extends AdamOptions {
  /** The share of each parameter that a step at rate 1 takes away. Default: 0.01. */
  readonly weightDecay?: number;
}

/**
 * Adam: the update is -rate m / (sqrt(v) + epsilon), where m and v are the moving averages of g and g^2, started from 0
 * and divided by 1 - beta^step.
 *
 * Epsilon is added to the root of the unbiased v, as in the paper's algorithm and PyTorch; Torch7 adds it to that of
 * the biased one, which makes it larger in the first steps.
 *
 * Throws: UnrollError.
 * Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, algorithm 1.
 */
export function adam({ learningRate, ...options }: AdamOptions): Transform {
  return descent("adam", { learningRate, remembers: moments, at: adamRule("adam", options) });
}

/**
 * Adam with decoupled weight decay: a step also takes rate weightDecay times each parameter away, past the averages.
 *
 * As in PyTorch the decay follows the whole rate; in the paper only what a schedule multiplies it by.
 *
 * Throws: UnrollError.
 * Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019, algorithm 2.
 */
export function adamw({ learningRate, weightDecay = 0.01, ...options }: AdamwOptions): Transform {
  expectIn("[0, Infinity)", "adamw", { weightDecay });
  const adamAt = adamRule("adamw", options);
  return descent("adamw", {
    learningRate,
    remembers: moments,
    at(step) {
      const leafRule = adamAt(step);
      return (g, remembered, x) => {
        const [direction, next] = leafRule(g, remembered, x);
        return [add(direction, mul(weightDecay, x)), next];
      };
    },
  });
}

const moments = { mean: 0, meanSquare: 0 } as const;

function adamRule(
  name: string,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: Omit<AdamOptions, "learningRate">,
): (step: Value) => LeafRule<keyof typeof moments> {
  expectIn("[0, 1)", name, { beta1, beta2 });
  expectIn("[0, Infinity)", name, { epsilon });
  return (step) => {
    const unbiased1 = correction(beta1, step);
    const unbiased2 = correction(beta2, step);
    return (g, remembered) => {
      const mean = average(beta1, remembered.mean, g);
      const meanSquare = average(beta2, remembered.meanSquare, square(g));
      const deviation = sqrt(mul(meanSquare, unbiased2));
      return [div(mul(mean, unbiased1), add(deviation, epsilon)), { mean, meanSquare }];
    };
  };
}
