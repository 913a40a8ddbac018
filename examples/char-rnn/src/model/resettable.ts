/** Cells that forget when a new document begins. */
import { flatten, isValue, reshape, unflatten, where, type StateSpec, type Value } from "@unroll/core";
import type { Cell } from "@unroll/layers";

/** The input of the cell, and whether the state before it belongs to another document: bool [B]. */
export interface Fresh<X> {
  readonly x: X;
  readonly fresh: Value;
}

/**
 * A cell whose state is what sequences start from wherever `fresh` is true.
 *
 *     s  = fresh ? s0 : s
 *
 * States that are drawn, such as masks, stay as they are.
 */
export function resettable<P, S, X, Y>(cell: Cell<P, S, X, Y>): Cell<P, S, Fresh<X>, Y> {
  const inits = new Map(flatten(cell.state).map(({ path, leaf }) => [path, (leaf as StateSpec).init]));
  return {
    ...cell,
    step(params, before, { x, fresh }, key) {
      const states = flatten(before).map(({ path, leaf }) => {
        const init = inits.get(path);
        if (typeof init !== "number" || !isValue(leaf)) return leaf;
        const [batch = 1, ...others] = leaf.shape;
        return where(reshape(fresh, [batch, ...others.map(() => 1)]), init, leaf);
      });
      return cell.step(params, unflatten(before, states), x, key);
    },
  };
}
