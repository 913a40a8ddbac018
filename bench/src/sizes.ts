/** What the workloads are in numbers: ours and those of other libraries. */

export interface CharRnnSizes {
  readonly symbols: number;
  /** Of the embedding and of both layers. */
  readonly size: number;
  readonly length: number;
  readonly batch: number;
}

export interface SequenceSizes {
  readonly inputs: number;
  readonly hidden: number;
  readonly length: number;
  readonly batch: number;
}

/** [m, k] times [k, n]. */
export type ProductSizes = readonly [m: number, k: number, n: number];

const charRnn: CharRnnSizes = { symbols: 65, size: 128, length: 50, batch: 50 };

export const sizes = {
  W1: charRnn,
  W2: { ...charRnn, size: 512 } as CharRnnSizes,
  W3: { inputs: 128, hidden: 128, length: 50, batch: 50 } as SequenceSizes,
  W4: { inputs: 32, hidden: 32, length: 25, batch: 1 } as SequenceSizes,
  W5: [
    [512, 512, 512],
    [50, 256, 512],
  ] as readonly ProductSizes[],
  W7: [10, 100, 1000, 10_000],
} as const;
