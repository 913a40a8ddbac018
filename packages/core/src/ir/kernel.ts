import type { DType } from "../tensor/type.ts";
import { exactJson, type Body, type Reference } from "./instruction.ts";

/** One axis of a kernel's iteration space and how far each operand moves along it: reads first, then writes. */
export interface Dimension {
  readonly size: number;
  readonly strides: readonly number[];
}

/** What every kernel says of its operands, reads first, then tables, then writes. */
interface Operands {
  readonly dtypes: readonly DType[];
}

/** For every point: run the body, then store. All reads of a point come before its stores. */
export interface MapKernel extends Operands {
  readonly form: "map";
  readonly dimensions: readonly Dimension[];
  readonly body: Body;
  /** One value per written operand. */
  readonly writes: readonly Reference[];
}

/**
 * How a reduction joins values; of equal extremes `argmin` and `argmax` take the lowest position. NaN wins every
 * extreme.
 */
export type Combine = "sum" | "product" | "min" | "max" | "argmin" | "argmax" | "and" | "or";

/** Accumulate `body` over the reduced dimensions, then finish with `epilogue` once per kept point. */
export interface ReduceKernel extends Operands {
  readonly form: "reduce";
  readonly kept: readonly Dimension[];
  readonly reduced: readonly Dimension[];
  /** `index` instructions count kept dimensions first, then reduced ones. */
  readonly body: Body;
  readonly accumulators: readonly { readonly combine: Combine; readonly of: Reference }[];
  /** Reads accumulators, and operands at the kept point. */
  readonly epilogue: Body;
  readonly writes: readonly Reference[];
}

/** out = init + sum over k of a b. Operands: a, b, init if it is one, out. */
export interface ContractKernel extends Operands {
  readonly form: "contract";
  /** In a, b and out. */
  readonly batch: readonly Dimension[];
  /** In a and out. */
  readonly m: readonly Dimension[];
  /** In b and out. */
  readonly n: readonly Dimension[];
  /** In a and b. */
  readonly k: readonly Dimension[];
  readonly init: "zero" | "operand";
}

/**
 * out[index[r]] += source[r], in the order of the rows r. Operands: source, index, out.
 * Rows whose index lies outside [0, size) are dropped.
 */
export interface ScatterAddKernel extends Operands {
  readonly form: "scatterAdd";
  readonly rows: readonly Dimension[];
  readonly columns: readonly Dimension[];
  /** Of the indexed axis of out. */
  readonly size: number;
  readonly stride: number;
}

/**
 * The four things an engine must be able to do. Their meaning is the plainest loop nest, dimensions from outer to
 * inner.
 */
export type Kernel = MapKernel | ReduceKernel | ContractKernel | ScatterAddKernel;

/** Kernels with the same key are the same code. */
export const kernelKey = (kernel: Kernel): string => exactJson(kernel);

/** How many of a kernel's operands it writes: the last ones. */
export const writeCount = (kernel: Kernel): number => ("writes" in kernel ? kernel.writes.length : 1);

/** All dimensions, in the order in which `index` instructions count them. */
export function dimensionsOfKernel(kernel: Kernel): readonly Dimension[] {
  switch (kernel.form) {
    case "map":
      return kernel.dimensions;
    case "reduce":
      return [...kernel.kept, ...kernel.reduced];
    case "contract":
      return [...kernel.batch, ...kernel.m, ...kernel.n, ...kernel.k];
    case "scatterAdd":
      return [...kernel.rows, ...kernel.columns];
  }
}
