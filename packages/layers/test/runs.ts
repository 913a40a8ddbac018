import {
  add,
  evaluate,
  gradient,
  leaves,
  mapTree,
  mul,
  slice,
  square,
  squeeze,
  stack,
  sum,
  type Tensors,
  type Value,
} from "@unroll/core";
import { initialState } from "../src/index.ts";
import { numbers } from "./numbers.ts";
import type { AnyCell } from "./sample-cells.ts";
import { mapTensors } from "./trees.ts";

/** A state that is not the initial one: its floats are drawn. */
export const someState = <S>(cell: { readonly state: S }, batch: number, seed: number): Tensors<S> =>
  mapTensors(evaluate(initialState(cell.state, { batch, dtype: "f64" })) as Tensors<S>, (x, path) =>
    x.type.dtype === "f64" ? numbers(x.shape, `${seed} ${path}`) : x,
  );

/** A number to which every float of a tree adds in its own way, and a zero adds nothing. */
export const lossOf = (tree: unknown): Value =>
  leaves(tree)
    .filter(({ leaf }) => leaf.type.dtype === "f64")
    .map(({ leaf }, i) => sum(add(square(leaf), mul(i + 1, leaf))))
    .reduce((total, one) => add(total, one));

/** The final state and the outputs of a run, and the gradient of a loss on both by all that went in. */
export const withGradient =
  (f: (p: object, s: object, xs: Value) => readonly [object, unknown]) =>
  (
    p: object,
    s: object,
    xs: Value,
  ): { last: object; ys: unknown; d: { p: object; s: object; xs: Value } } => {
    const [last, ys] = f(p, s, xs);
    return { last, ys, d: gradient(lossOf({ last, ys }), { p, s, xs }, { allowUnused: true }) };
  };

/** The tree with the rows of all steps stacked. */
export const stackTrees = <T>(trees: readonly T[]): T =>
  mapTree((...rows: readonly Value[]) => stack(rows), ...(trees as readonly [T, ...T[]]));

/** What unroll does, by a loop over steps and without scan. */
export function loop(
  cell: AnyCell,
  p: object,
  s: object,
  xs: Value,
  { keys = [], reverse = false }: { readonly keys?: readonly Value[]; readonly reverse?: boolean },
): { readonly last: object; readonly ys: unknown; readonly states: readonly object[] } {
  const [T = 0] = xs.shape;
  const states: object[] = [];
  const ys: unknown[] = [];
  let last = s;
  for (let i = 0; i < T; i++) {
    const t = reverse ? T - 1 - i : i;
    [last, ys[t]] = cell.step(p, last, squeeze(slice(xs, t, t + 1), 0), keys[t]);
    states[t] = last;
  }
  return { last, ys: stackTrees(ys), states };
}
