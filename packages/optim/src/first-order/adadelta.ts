import { add, div, mul, sqrt, square } from "@unroll/core";
import { descent } from "../descent.ts";
import { expectIn } from "../expect.ts";
import { average } from "../moving-average.ts";
import type { Rate } from "../rate.ts";
import type { Transform } from "../transform.ts";

/** What makes Adadelta. */
export interface AdadeltaOptions {
  /** What the method's own step is multiplied by. Default: 1, which is the paper's. */
  readonly learningRate?: Rate;
  /** How much of the mean squares is kept. Default: 0.9; in the paper's experiments 0.95. */
  readonly decay?: number;
  /** Added to both mean squares, under their roots: the first step comes of it alone. Default: 1e-6. */
  readonly epsilon?: number;
}

/**
 * Adadelta: the update is -d, where d = g sqrt(u + epsilon) / sqrt(s + epsilon); s and u are the moving averages of g^2
 * and of d^2, so that units cancel and no rate has to be found.
 *
 * Throws: UnrollError.
 * Source: Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012, algorithm 1.
 */
export function adadelta({ learningRate = 1, decay = 0.9, epsilon = 1e-6 }: AdadeltaOptions = {}): Transform {
  expectIn("[0, 1)", "adadelta", { decay });
  expectIn("(0, Infinity)", "adadelta", { epsilon });
  return descent("adadelta", {
    learningRate,
    remembers: { meanSquare: 0, meanSquareStep: 0 },
    at: () => (g, old) => {
      const meanSquare = average(decay, old.meanSquare, square(g));
      const step = mul(g, sqrt(div(add(old.meanSquareStep, epsilon), add(meanSquare, epsilon))));
      return [step, { meanSquare, meanSquareStep: average(decay, old.meanSquareStep, square(step)) }];
    },
  });
}
