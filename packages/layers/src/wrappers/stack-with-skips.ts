import { concat, fork, TreeError, type Value } from "@unroll/core";
import type { Cell } from "../spec/cell.ts";
import type { ParamsOf } from "../spec/params-of.ts";
import type { StatesOf } from "./stack-cells.ts";

/**
 * Cells one above the other, with connections from the input to every one of them and from every one of them
 * to the output.
 *
 *     h1 = f1(x)
 *     hn = fn([x, h(n-1)])
 *     y  = [h1, ..., hN]
 *
 * A linear layer on top of y is the paper's sum of one product per layer. Parameters and states are arrays by
 * position, and every cell gets a key of its own.
 *
 * Shapes: the first cell takes [B, I], every other one [B, I + H], H being what the one below it gives;
 * y is [B, sum of all H].
 * Throws: TreeError without cells.
 * Source: Graves, Generating Sequences With Recurrent Neural Networks, 2013, eqs. 1-3.
 *
 *     const rnn = stackWithSkips(lstm(3, 400), lstm(3 + 400, 400), lstm(3 + 400, 400));
 *     const out = linear(3 * 400, 121);
 */
export function stackWithSkips<const C extends readonly Cell<unknown, unknown>[]>(
  ...cells: C
): Cell<ParamsOf<C>, StatesOf<C>> {
  if (cells.length === 0) throw new TreeError("stackWithSkips: there are no cells.");
  const stack: Cell<readonly unknown[], readonly unknown[]> = {
    params: cells.map(({ params }) => params),
    state: cells.map(({ state }) => state),
    step(params, states, x, key) {
      const keys: readonly Value[] = key ? fork(key, cells.length) : [];
      const next: object[] = [];
      const hs: Value[] = [];
      cells.forEach((cell, i) => {
        const below = hs.at(-1);
        const [after, h] = cell.step(params[i]!, states[i]!, below ? concat([x, below]) : x, keys[i]);
        next.push(after);
        hs.push(h);
      });
      return [next, concat(hs)];
    },
  };
  return stack as unknown as Cell<ParamsOf<C>, StatesOf<C>>;
}
