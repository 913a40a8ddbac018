import { add, div, maximum, mul, square, type Value } from "@unroll/core";
import { descent, type LeafRule } from "../descent.ts";
import { deviation, type EpsilonPlace } from "../epsilon.ts";
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
  /** Added to the root of the mean square. Default: 1e-8. */
  readonly epsilon?: number;
  /** Which root epsilon is added to. Default: that of the unbiased mean square; in Torch7 that of the biased one. */
  readonly epsilonIn?: EpsilonPlace;
  /** Divide by the root of the largest mean square so far, so that no step size grows again. Default: false. */
  readonly amsgrad?: boolean;
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
 * the biased one, which makes it larger in the first steps: `epsilonIn: "biased"`. AMSGrad takes the largest of the
 * biased v and then the bias out, as PyTorch does; its paper leaves the bias of both averages in.
 *
 * Throws: UnrollError.
 * Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, algorithm 1; for `amsgrad` Reddi, Kale and
 * Kumar, On the Convergence of Adam and Beyond, 2018, algorithm 2.
 */
export function adam({ learningRate, ...options }: AdamOptions): Transform {
  return descent("adam", { learningRate, remembers: moments(options), at: adamRule("adam", options) });
}

/**
 * Adam with decoupled weight decay: a step also takes rate weightDecay times each parameter away, past the averages.
 *
 * As in PyTorch the decay follows the whole rate; in the paper only what a schedule multiplies it by: that is
 * `chain(adam(...), decoupledDecay(...))`, which can also spare some leaves.
 *
 * Throws: UnrollError.
 * Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019, algorithm 2.
 */
export function adamw({ learningRate, weightDecay = 0.01, ...options }: AdamwOptions): Transform {
  expectIn("[0, Infinity)", "adamw", { weightDecay });
  const adamAt = adamRule("adamw", options);
  return descent("adamw", {
    learningRate,
    remembers: moments(options),
    at(step) {
      const leafRule = adamAt(step);
      return (g, remembered, x) => {
        const [direction, next] = leafRule(g, remembered, x);
        return [add(direction, mul(weightDecay, x)), next];
      };
    },
  });
}

type Moment = "mean" | "meanSquare" | "largest";

const moments = ({ amsgrad = false }: Omit<AdamOptions, "learningRate">): Readonly<Record<Moment, number>> =>
  (amsgrad ? { mean: 0, meanSquare: 0, largest: 0 } : { mean: 0, meanSquare: 0 }) as Record<Moment, number>;

function adamRule(
  name: string,
  {
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    epsilonIn = "unbiased",
    amsgrad = false,
  }: Omit<AdamOptions, "learningRate">,
): (step: Value) => LeafRule<Moment> {
  expectIn("[0, 1)", name, { beta1, beta2 });
  expectIn("[0, Infinity)", name, { epsilon });
  return (step) => {
    const unbiased1 = correction(beta1, step);
    const unbiased2 = correction(beta2, step);
    return (g, remembered) => {
      const mean = average(beta1, remembered.mean, g);
      const meanSquare = average(beta2, remembered.meanSquare, square(g));
      const largest = amsgrad ? maximum(remembered.largest, meanSquare) : meanSquare;
      const scale = deviation(largest, unbiased2, epsilon, epsilonIn);
      return [div(mul(mean, unbiased1), scale), { mean, meanSquare, largest }];
    };
  };
}
