import { tensor, type Tensor } from "@unroll/core";
import { expectCount } from "../expect.ts";

/** What makes the trigger of NT-ASGD. */
export interface NtAsgdOptions {
  /** How many of the last observations are not compared with. Default: 5. */
  readonly interval?: number;
}

/** What the object remembers, as tensors for a checkpoint. */
export interface NtAsgdState {
  readonly observed: Tensor;
  readonly best: Tensor;
  readonly triggered: Tensor;
}

/** The host's part of NT-ASGD: when to begin to average. */
export interface NtAsgd {
  /** Whether the average has begun. */
  readonly triggered: boolean;
  /** Tells it the validation loss of an epoch; true the one time at which the average is to be switched on. */
  observe(loss: number): boolean;
  /** What it remembers; assigning a tree like it restores it. */
  state: NtAsgdState;
}

/**
 * When to switch on `tailAverage`: as soon as the validation loss is worse than the best one that is more than five
 * observations old (non-monotonically triggered averaged stochastic gradient descent).
 *
 * It lives outside of the graph and switches the leaf `on` of the average's memory.
 *
 * Throws: UnrollError.
 * Source: Merity, Keskar and Socher, Regularizing and Optimizing LSTM Language Models, 2018, algorithm 1.
 *
 *     const optimizer = chain(sgd({ learningRate: 30 }), tailAverage());
 *     if (trigger.observe(validationLoss)) {
 *       trainer.state = withLeaf(trainer.state, "memory.1.on", tensor(1, { dtype: "i32" }));
 *     }
 */
export function ntAsgd({ interval = 5 }: NtAsgdOptions = {}): NtAsgd {
  expectCount("ntAsgd", { interval });
  // The last ones, and the best of those before.
  let observed: readonly number[] = [];
  let best = Infinity;
  let triggered = false;
  return {
    get triggered() {
      return triggered;
    },
    observe(loss) {
      if (triggered) return false;
      triggered = loss > best;
      observed = [...observed, loss];
      if (observed.length > interval) {
        const [oldest = Infinity, ...rest] = observed;
        // NaN is never the best.
        if (oldest < best) best = oldest;
        observed = rest;
      }
      return triggered;
    },
    get state() {
      const padded = Array.from({ length: interval }, (_, i) => observed[i] ?? NaN);
      return {
        observed: tensor([observed.length, ...padded], { dtype: "f64" }),
        best: tensor(best, { dtype: "f64" }),
        triggered: tensor(triggered),
      };
    },
    set state(given) {
      const [count = 0, ...numbers] = given.observed.data;
      observed = numbers.slice(0, count);
      best = given.best.data[0]!;
      triggered = given.triggered.data[0] !== 0;
    },
  };
}
