import { ShapeError, type Tensor } from "@unroll/core";

/** Means of metrics over the batches of an epoch. */
export interface EpochMeans {
  /**
   * A batch's metrics, and what they count: the number of its examples or tokens.
   *
   * Throws: ShapeError when a metric is a tensor of more than one number.
   */
  add(metrics: Readonly<Record<string, number | Tensor>>, weight?: number): void;
  /** The means so far. A metric that some batches lack is the mean over the others. */
  means(): Readonly<Record<string, number>>;
  /** Begin the next epoch. */
  clear(): void;
}

/**
 * Means of metrics over an epoch, each batch by its weight, so that a short last batch counts for what it is.
 *
 *     const epoch = epochMeans();
 *     epoch.add({ loss: trainer.step(batch).loss }, tokens);
 *     log.add({ epoch: 1, ...epoch.means() });
 */
export function epochMeans(): EpochMeans {
  let totals = new Map<string, { readonly sum: number; readonly weight: number }>();
  return {
    add(metrics, weight = 1) {
      for (const [name, metric] of Object.entries(metrics)) {
        const old = totals.get(name) ?? { sum: 0, weight: 0 };
        const sum = old.sum + weight * numberOf(name, metric);
        totals.set(name, { sum, weight: old.weight + weight });
      }
    },
    means: () => Object.fromEntries([...totals].map(([name, { sum, weight }]) => [name, sum / weight])),
    clear() {
      totals = new Map();
    },
  };
}

function numberOf(name: string, metric: number | Tensor): number {
  if (typeof metric === "number") return metric;
  if (metric.data.length === 1) return metric.data[0]!;
  throw new ShapeError(
    `epochMeans: ${name} has the shape [${metric.shape.join(", ")}].`,
    "Reduce it in the step, e.g. with mean.",
  );
}
