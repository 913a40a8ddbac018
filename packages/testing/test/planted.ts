import { mul, sum, type Value } from "@unroll/core";
import { cell, normal, param, state, type Cell } from "@unroll/layers";
import { CellError, checkCell, type CheckCellsOptions } from "../src/cells.ts";

type Make = (inputs: number, hidden: number) => Cell<unknown, unknown>;

/** What checkCell throws. */
export function errorOf(make: unknown, options: CheckCellsOptions<Value> = {}): CellError {
  try {
    checkCell(make as Make, { seed: 1, ...options });
  } catch (error) {
    if (error instanceof CellError) return error;
    throw error;
  }
  throw new Error("checkCell: nothing was found.");
}

/** A recurrence with a step of one's own. */
export const recurrence =
  (step: (w: Value, h: Value, x: Value, key?: Value) => Value) => (_: number, hidden: number) =>
    cell({
      params: { w: param([hidden, hidden], normal(0.5)), v: param([hidden], normal(0.5)) },
      state: { h: state(hidden) },
      step({ w, v }, { h }, x, key) {
        const next = step(w, h, mul(sum(x, { axis: 1, keepDims: true }), v), key);
        return [{ h: next }, next];
      },
    });
