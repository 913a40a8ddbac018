import { add, equal, mul, UnrollError, where } from "@unroll/core";
import { descent } from "../descent.ts";
import { expectIn } from "../expect.ts";
import type { Rate } from "../rate.ts";
import type { Transform } from "../transform.ts";

/** What makes stochastic gradient descent. */
export interface SgdOptions {
  /** **A number is frozen when the step is compiled.** */
  readonly learningRate: Rate;
  /** How much of the velocity is kept. Default: 0. */
  readonly momentum?: number;
  /** How much of each gradient but the first is kept out of the velocity. Default: 0; in Torch7, the momentum. */
  readonly dampening?: number;
  /** Go on along the new velocity, from where the gradient leads. Default: false. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent, with momentum: v = momentum v + (1 - dampening) g, and the update is -rate v; Nesterov's
 * is -rate (g + momentum v). The first velocity is the first gradient.
 *
 * As in Torch7 and PyTorch, the rate stands outside of the velocity, and in Sutskever's form inside: the two differ
 * when the rate changes. The parameters of Nesterov's form are the points at which Torch7's nag takes its gradients.
 *
 * Throws: UnrollError.
 * Source: Sutskever et al., On the importance of initialization and momentum in deep learning, 2013, eqs. 1-4.
 */
export function sgd({ learningRate, momentum = 0, dampening = 0, nesterov = false }: SgdOptions): Transform {
  expectIn("[0, 1)", "sgd", { momentum, dampening });
  if (nesterov && (momentum === 0 || dampening > 0)) {
    throw new UnrollError(
      `sgd: nesterov: momentum is ${momentum} and dampening ${dampening}.`,
      "Nesterov's form needs momentum above 0 and no dampening.",
    );
  }
  if (momentum === 0 && dampening > 0) {
    throw new UnrollError(`sgd: dampening: ${dampening} is without effect when momentum is 0.`);
  }
  if (momentum === 0) return descent("sgd", { learningRate, remembers: {}, at: () => (g) => [g, {}] });
  return descent("sgd", {
    learningRate,
    remembers: { velocity: 0 },
    at(step) {
      return (g, { velocity }) => {
        const damped = dampening === 0 ? g : where(equal(step, 1), g, mul(1 - dampening, g));
        const next = add(mul(momentum, velocity), damped);
        return [nesterov ? add(g, mul(momentum, next)) : next, { velocity: next }];
      };
    },
  });
}
