/** Cells that show what they remember. */
import type { Value, Values } from "@unroll/core";
import type { Cell } from "@unroll/layers";

/** What a tapped cell gives: its own output, and its state after the step. */
export interface Tapped<S, Y> {
  readonly y: Y;
  readonly after: Values<S>;
}

/** A cell that gives its new state beside its output. */
export const tapped = <P, S, X, Y>(cell: Cell<P, S, X, Y>): Cell<P, S, X, Tapped<S, Y>> => ({
  ...cell,
  step(params, before, x, key?: Value) {
    const [after, y] = cell.step(params, before, x, key);
    return [after, { y, after }];
  },
});
