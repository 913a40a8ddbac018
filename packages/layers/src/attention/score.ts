import type { Value, Values } from "@unroll/core";

/**
 * How well a query matches every entry of a memory.
 *
 * A memory is a sequence like any other, time in front: keys [S, B, K] and values [S, B, V]. A query is one step
 * [B, Q], or all steps of a sequence [T, B, Q]. What a score makes of the keys alone is computed once when they are
 * captured by a scan.
 */
export interface Score<P> {
  readonly params: P;
  /** Shapes: query [B, Q], keys [S, B, K] -> [S, B]; query [T, B, Q], keys [S, B, K] -> [T, S, B]. */
  apply(params: Values<P>, query: Value, keys: Value): Value;
}
