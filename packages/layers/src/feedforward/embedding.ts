import { take, type Init, type ParamSpec } from "@unroll/core";
import type { Layer } from "../spec/cell.ts";
import { normal } from "../initializers/initializers.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";

/** table [count, size]. */
export interface EmbeddingParams {
  readonly table: ParamSpec;
}

/**
 * A vector for every token, normal with deviation 1 unless `init` says otherwise. The token -1, for
 * padding, is zeros.
 *
 * To decode with the same table, pass it twice: `matmul(h, transpose(params.embed.table))`.
 *
 * Shapes: i32 [...] -> [..., size].
 * Gradient: rows are added up where their token stood.
 * Throws: ShapeError for a size that is no whole number from 1 on.
 */
export function embedding(count: number, size: number, init: Init = normal(1)): Layer<EmbeddingParams> {
  checkSizes("embedding", { count, size });
  return {
    params: { table: param([count, size], init) },
    apply: ({ table }, tokens) => take(table, tokens),
  };
}
