import { equal, ShapeError, take, where, type Init, type ParamSpec } from "@unroll/core";
import type { Layer } from "../spec/cell.ts";
import { normal } from "../initializers/initializers.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";

/** table [count, size]. */
export interface EmbeddingParams {
  readonly table: ParamSpec;
}

/** How an embedding is made. */
export interface EmbeddingOptions {
  /** The first numbers of the table. Default: normal with deviation 1. */
  readonly init?: Init;
  /** A token that stands for nothing: its vector is zeros, and its row of the table starts as zeros and stays so. */
  readonly padding?: number;
}

/**
 * A vector for every token. That of -1 is zeros, and that of `padding` too.
 *
 * To decode with the same table, pass it twice: `matmul(h, transpose(params.embed.table))`.
 *
 * Shapes: i32 [...] -> [..., size].
 * Gradient: rows are added up where their token stood; the row of `padding` gets none.
 * Throws: ShapeError for a size that is no whole number from 1 on, and for padding that is none of the tokens.
 */
export function embedding(
  count: number,
  size: number,
  options: EmbeddingOptions = {},
): Layer<EmbeddingParams> {
  checkSizes("embedding", { count, size });
  const { init = normal(1), padding } = options;
  if (padding === undefined) {
    return {
      params: { table: param([count, size], init) },
      apply: ({ table }, tokens) => take(table, tokens),
    };
  }
  if (!Number.isInteger(padding) || padding < 0 || padding >= count) {
    throw new ShapeError(
      `embedding: padding is ${padding}, which is none of ${count} tokens.`,
      "They count from 0; the token -1 is zeros anyhow.",
    );
  }
  return {
    params: { table: param([count, size], withoutRow(padding, init)) },
    apply: ({ table }, tokens) => take(table, where(equal(tokens, padding), -1, tokens)),
  };
}

/** Numbers of a matrix with zeros in one row. */
const withoutRow =
  (row: number, init: Init): Init =>
  (shape, random) =>
    Float64Array.from(init(shape, random)).fill(0, row * shape[1]!, (row + 1) * shape[1]!);
