/**
 * Three mistakes that are easily made in a cell of one's own. `main.ts --mistake size|state|unused` shows what is said.
 */
import { full } from "@unroll/core";
import { param, zeros } from "@unroll/layers";
import { twoClocks } from "./cell.ts";
import { trainerOf } from "./latch.ts";

const hidden = 8;
const right = twoClocks(1, hidden);
type TwoClocks = typeof right;

const wrong: Readonly<Record<"size" | "state" | "unused", TwoClocks>> = {
  // The recurrent weights are made for twice as many units as the cell has.
  size: { ...right, params: { ...right.params, wh: param([2 * hidden, 2 * hidden], zeros) } },

  // The new state has a key of another name. TypeScript refuses this as well, unless it is told to look away.
  state: {
    ...right,
    step(params, before, x) {
      const [{ fast, slow }, y] = right.step(params, before, x);
      return [{ fast, slwo: slow } as never, y];
    },
  },

  // A parameter is declared and never used: every unit forgets at the same, fixed rate.
  unused: {
    ...right,
    step: ({ rate, ...params }, before, x) => right.step({ ...params, rate: full(0, rate.type) }, before, x),
  },
};

export type Mistake = keyof typeof wrong;

export const isMistake = (name: string): name is Mistake => Object.hasOwn(wrong, name);

/** Begin to train a cell with a mistake in it. */
export function make(mistake: Mistake): void {
  trainerOf(wrong[mistake], hidden).step();
}
