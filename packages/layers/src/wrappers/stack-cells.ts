import { fork, TreeError, type Value } from "@unroll/core";
import type { Cell } from "../spec/cell.ts";
import type { ParamsOf } from "../spec/params-of.ts";

/** The state of every cell, by position. */
export type StatesOf<C extends readonly Cell<unknown, unknown>[]> = {
  readonly [K in keyof C]: C[K]["state"];
};

/**
 * Cells one above the other, as one cell: the output of each is the input of the next.
 *
 * Parameters and states are arrays by position, and every cell gets a key of its own. What stands between
 * two layers is a cell as well, without parameters or memory:
 *
 *     const noise = cell({ params: {}, state: {}, step: (_, s, x, key) => [s, dropout(x, 0.5, key)] });
 *     const rnn = stackCells(lstm(65, 128), noise, lstm(128, 128));
 *
 * Throws: TreeError without cells.
 * Source: Graves, Generating Sequences With Recurrent Neural Networks, 2013, eq. 2, without its skips.
 */
export function stackCells<const C extends readonly Cell<unknown, unknown>[]>(
  ...cells: C
): Cell<ParamsOf<C>, StatesOf<C>> {
  if (cells.length === 0) throw new TreeError("stackCells: there are no cells.");
  const stack: Cell<readonly unknown[], readonly unknown[]> = {
    params: cells.map(({ params }) => params),
    state: cells.map(({ state }) => state),
    ...(cells.some(({ rows }) => rows === "coupled") && { rows: "coupled" }),
    step(params, states, x, key) {
      const keys: readonly Value[] = key ? fork(key, cells.length) : [];
      const next: object[] = [];
      let y = x;
      cells.forEach((cell, i) => {
        const [after, output] = cell.step(params[i]!, states[i]!, y, keys[i]);
        next.push(after);
        y = output;
      });
      return [next, y];
    },
  };
  return stack as unknown as Cell<ParamsOf<C>, StatesOf<C>>;
}
