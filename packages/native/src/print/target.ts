import { byteSize } from "@unroll/core/engine";
import type { DType } from "@unroll/core";

/** What code is written for. */
export interface Target {
  /** Bytes of a vector of the processor. */
  readonly vector: 16 | 32 | 64;
  /** Vectors that it holds in registers. */
  readonly registers: 16 | 32;
  /** Whether a multiply-add rounds once. */
  readonly fused: boolean;
}

/** How many elements a vector has. */
export const lanesOf = ({ vector }: Target, dtype: DType): number => vector / byteSize(dtype);

/** The same, where elements of several sizes are computed side by side: of the widest one. */
export const lanesOfAll = (target: Target, dtypes: readonly DType[]): number =>
  lanesOf(target, dtypes.includes("f64") ? "f64" : "f32");
