import { add, mul, sign } from "@unroll/core";
import { descent } from "../descent.ts";
import { expectIn } from "../expect.ts";
import { average } from "../moving-average.ts";
import type { Rate } from "../rate.ts";
import type { Transform } from "../transform.ts";

/** What makes Lion. */
export interface LionOptions {
  /** **A number is frozen when the step is compiled.** In the paper a third to a tenth of what AdamW has. */
  readonly learningRate: Rate;
  /** How much of the mean stands in the step. Default: 0.9. */
  readonly beta1?: number;
  /** How much of the mean is kept. Default: 0.99. */
  readonly beta2?: number;
  /** The share of each parameter that a step at rate 1 takes away. Default: 0. */
  readonly weightDecay?: number;
}

/**
 * Lion: the update is -rate (sign(beta1 m + (1 - beta1) g) + weightDecay x), and m = beta2 m + (1 - beta2) g.
 *
 * Throws: UnrollError.
 * Source: Chen et al., Symbolic Discovery of Optimization Algorithms, 2023, program 1.
 */
export function lion({ learningRate, beta1 = 0.9, beta2 = 0.99, weightDecay = 0 }: LionOptions): Transform {
  expectIn("[0, 1)", "lion", { beta1, beta2 });
  expectIn("[0, Infinity)", "lion", { weightDecay });
  return descent("lion", {
    learningRate,
    remembers: { mean: 0 },
    at: () => (g, old, x) => {
      const direction = sign(average(beta1, old.mean, g));
      const mean = average(beta2, old.mean, g);
      return [weightDecay === 0 ? direction : add(direction, mul(weightDecay, x)), { mean }];
    },
  });
}
