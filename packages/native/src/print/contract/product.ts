import { InternalError } from "@unroll/core";
import type { ContractKernel, Dimension } from "@unroll/core/engine";
import type { Factor } from "../vectors.ts";

/** The places of a product's operands. */
export const A = 0;
export const B = 1;
export const INIT = 2;
export const OUT = 3;

/** A loop, and by how many elements a, b, init and out move along it. */
export interface Side {
  readonly size: number;
  readonly moves: readonly [a: number, b: number, init: number, out: number];
}

/** Products of matrices: out = init + a b. Vectors run along the columns, which are those of b. */
export interface Product {
  readonly dtype: Factor;
  /** Absent: sums start from zero. */
  readonly hasInit: boolean;
  /** Products of their own. */
  readonly batch: readonly Side[];
  /** Stripes of columns. */
  readonly stripes: readonly Side[];
  readonly rows: Side;
  readonly columns: Side;
  /** What is summed over, outer loops first. */
  readonly depth: readonly Side[];
  /** The operands of the kernel that are a, b, init and out. */
  readonly operands: readonly [a: number, b: number, init: number, out: number];
}

/** A contraction as a product. Either side of it can be the columns. */
export function productOf(kernel: ContractKernel, isFlipped: boolean): Product {
  const dtype = kernel.dtypes[0]!;
  if (dtype === "bool") throw new InternalError("native: a contraction is not defined on bool");
  const out = kernel.dtypes.length - 1;
  const hasInit = kernel.init === "operand";
  const operands = [isFlipped ? 1 : 0, isFlipped ? 0 : 1, hasInit ? 2 : out, out] as const;
  const side = ({ size, strides }: Dimension): Side => ({
    size,
    moves: operands.map((operand) => strides[operand]!) as unknown as Side["moves"],
  });
  const m = (isFlipped ? kernel.n : kernel.m).map(side);
  const n = (isFlipped ? kernel.m : kernel.n).map(side);
  const rows = largest(m);
  const columns = n.findLast(({ moves }) => moves[B] === 1) ?? largest(n);
  return {
    dtype,
    hasInit,
    batch: [...kernel.batch.map(side), ...m.filter((other) => other !== rows)],
    stripes: n.filter((other) => other !== columns),
    rows: rows ?? single,
    columns: columns ?? single,
    depth: kernel.k.map(side),
    operands,
  };
}

const single: Side = { size: 1, moves: [0, 0, 0, 0] };

const largest = (sides: readonly Side[]): Side | undefined =>
  sides.reduce<Side | undefined>((best, side) => (side.size > (best?.size ?? 0) ? side : best), undefined);

/** How often all loops together turn. */
export const turnsOf = (sides: readonly Side[]): number =>
  sides.reduce((product, { size }) => product * size, 1);
