import { tensor, type Tensor } from "@unroll/core";
import { expectCount, expectIn } from "../expect.ts";

/** What makes a rate that falls on a plateau. */
export interface ReduceOnPlateauOptions {
  /** The rate to start from. */
  readonly rate: number;
  /** What the rate is multiplied by. Default: 0.1. */
  readonly factor?: number;
  /** How many observations may fail to improve before the next one that does lowers the rate. Default: 10. */
  readonly patience?: number;
  /** How much better an observation must be than the best so far, as a share of it. Default: 1e-4. */
  readonly threshold?: number;
  /** How many observations after a fall are not counted. Default: 0. */
  readonly cooldown?: number;
  /** The lowest rate. Default: 0. */
  readonly floor?: number;
  /** Which metric is better: "lower" ones, as losses, or "higher" ones. Default: "lower". */
  readonly better?: "lower" | "higher";
}

/** What the object remembers, as tensors for a checkpoint. */
export interface PlateauState {
  readonly rate: Tensor;
  readonly best: Tensor;
  readonly failed: Tensor;
  readonly cooling: Tensor;
}

/** A rate that the host lowers when a metric has stopped getting better. */
export interface ReduceOnPlateau {
  /** The rate now. **A number is frozen when a step is compiled: pass it as a tensor of the batch.** */
  readonly rate: number;
  /** Tells it the metric of an epoch, and returns the rate that follows. NaN is no improvement. */
  observe(metric: number): number;
  /** What it remembers; assigning a tree like it restores it. */
  state: PlateauState;
}

/**
 * A rate that the host lowers when a metric has not got better for some time. It lives outside of the graph: its rate
 * goes in with each batch, as the scale of `applyUpdates` or as a schedule, and no moment is reset.
 *
 * Defaults as in PyTorch.
 *
 * Throws: UnrollError.
 *
 *     const plateau = reduceOnPlateau({ rate: 2e-3, patience: 3 });
 *     trainer.step({ ...batch, rate: tensor(plateau.rate) });
 *     plateau.observe(validationLoss);
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions): ReduceOnPlateau {
  const {
    factor = 0.1,
    patience = 10,
    threshold = 1e-4,
    cooldown = 0,
    floor = 0,
    better = "lower",
  } = options;
  expectIn("[0, Infinity)", "reduceOnPlateau", { rate: options.rate, threshold, floor });
  expectIn("(0, 1)", "reduceOnPlateau", { factor });
  expectCount("reduceOnPlateau", { patience: patience + 1, cooldown: cooldown + 1 });
  const sign = better === "lower" ? 1 : -1;
  let [rate, best, failed, cooling] = [options.rate, Infinity, 0, 0];
  return {
    get rate() {
      return rate;
    },
    observe(metric) {
      const seen = sign * metric;
      if (best === Infinity ? seen < best : seen < best - threshold * Math.abs(best))
        [best, failed] = [seen, 0];
      else failed++;
      if (cooling > 0) [cooling, failed] = [cooling - 1, 0];
      if (failed > patience) {
        rate = Math.max(rate * factor, Math.min(rate, floor));
        [failed, cooling] = [0, cooldown];
      }
      return rate;
    },
    get state() {
      const [now, seen, bad, left] = [rate, best, failed, cooling].map((n) => tensor(n, { dtype: "f64" }));
      return { rate: now!, best: seen!, failed: bad!, cooling: left! };
    },
    set state(given) {
      const { rate: now, best: seen, failed: bad, cooling: left } = given;
      [rate, best, failed, cooling] = [now, seen, bad, left].map(({ data }) => data[0]!) as [
        number,
        number,
        number,
        number,
      ];
    },
  };
}
