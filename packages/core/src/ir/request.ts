import type { Combine } from "./kernel.ts";
import type { Expr, Scalar } from "./scalar.ts";
import type { View } from "./view.ts";

/** `writes[i] = body(reads)[i]` at every point of one shape, which all reads and writes have. */
export interface MapRequest {
  readonly reads?: readonly View[];
  /** Operands read at a computed index along `axis`. The view's size there does not matter; the others must fit. */
  readonly tables?: readonly Table[];
  readonly writes: readonly View[];
  body(s: Scalar, reads: readonly Expr[], tables: readonly ((index: Expr) => Expr)[]): readonly Expr[];
}

/** A view whose `axis` is read at a computed index: outside of it the value is 0. */
export interface Table {
  readonly view: View;
  readonly axis: number;
}

/** `write = epilogue(combine over axes of body(read))`. The write keeps the reduced axes, as size 1. */
export interface ReduceRequest {
  readonly reads: readonly View[];
  /** The axes that are reduced. */
  readonly axes: readonly number[];
  readonly combine: Combine;
  readonly write: View;
  body?(s: Scalar, ...reads: Expr[]): Expr;
  epilogue?(s: Scalar, accumulated: Expr): Expr;
}

/** `out = init + sum of a b`, axes named by letters as in einsum: `a: "bmk"`, `b: "bkn"`, `out: "bmn"`. */
export interface ContractRequest {
  readonly a: View;
  readonly b: View;
  readonly out: View;
  /** What the sum starts from, with the axes of `out`. Absent: zero. */
  readonly init?: View;
  readonly letters: { readonly a: string; readonly b: string; readonly out: string };
}

/**
 * `out[index[r], c] += source[r, c]`, on an output that is filled with zeros first. The first axes of `source` are
 * those of `index` (the rows r), the others are columns (c). Rows with an index outside of the axis are dropped.
 */
export interface ScatterAddRequest {
  readonly source: View;
  readonly index: View;
  readonly out: View;
  /** The axis of `out` that is indexed. */
  readonly axis: number;
  /**
   * For every axis of `source`, the axis of `out` that it runs along; undefined where only the index says where it
   * goes.
   */
  readonly outAxes: readonly (number | undefined)[];
}
