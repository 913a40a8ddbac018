import { compile, type Tensor, type Value } from "@unroll/core";
import { unroll } from "../src/index.ts";
import type { AnyCell } from "./sample-cells.ts";

/** A step of a cell on numbers, without a key and with one. `N` and `Y` are its new states and its output. */
export function stepOf<N = Readonly<Record<string, Tensor>>, Y = Tensor>(
  cell: AnyCell,
): {
  readonly evaluated: (p: unknown, s: unknown, x: unknown) => { readonly next: N; readonly y: Y };
  readonly trained: (p: unknown, s: unknown, x: unknown, key: Tensor) => { readonly next: N; readonly y: Y };
} {
  const evaluated = compile((p: object, s: object, x: Value) => {
    const [next, y] = cell.step(p, s, x);
    return { next, y };
  });
  const trained = compile((p: object, s: object, x: Value, key: Value) => {
    const [next, y] = cell.step(p, s, x, key);
    return { next, y, key };
  });
  return { evaluated: evaluated as never, trained: trained as never };
}

/** A training run of a cell on numbers: the last state and the outputs of all steps. */
export const trainedRun = <Y = Tensor>(
  cell: AnyCell,
): ((p: unknown, s: unknown, xs: unknown, key: Tensor) => { readonly last: object; readonly ys: Y }) =>
  compile((p: object, s: object, xs: Value, key: Value) => {
    const [last, ys] = unroll(cell, p, s, xs, { key });
    return { last, ys, key };
  }) as never;
