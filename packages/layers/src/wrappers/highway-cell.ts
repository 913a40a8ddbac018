import {
  add,
  formatType,
  matmul,
  mul,
  ShapeError,
  sigmoid,
  sub,
  type Init,
  type ParamSpec,
} from "@unroll/core";
import type { Cell } from "../spec/cell.ts";
import { filled, uniform } from "../initializers/initializers.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";

/** The parameters of the cell, and of the gate beside it: w [size, size], b [size]. */
export interface HighwayCellParams<P> {
  readonly cell: P;
  readonly gate: { readonly w: ParamSpec; readonly b: ParamSpec };
}

/** How the gate of a highway starts. */
export interface HighwayCellOptions {
  /** Of w. Default: uniform on 1 / sqrt(size) around 0. */
  readonly init?: Init;
  /** What b starts from: below 0, most of x goes around the cell at first. Default: -1. */
  readonly gateBias?: number;
}

/**
 * A cell with a gated connection around it.
 *
 *     t = sigmoid(x w + b)
 *     y = t f(x) + (1 - t) x
 *
 * States are those of the cell.
 *
 * Shapes: x [B, size] -> [B, size].
 * Throws: ShapeError for a size that is no whole number from 1 on, or when the cell makes something else of x
 * than it is.
 * Source: Srivastava, Greff and Schmidhuber, Highway Networks, 2015, eq. 3.
 *
 *     const rnn = stackCells(lstm(64, 128), highwayCell(lstm(128, 128), 128));
 */
export function highwayCell<P, S>(
  cell: Cell<P, S>,
  size: number,
  options: HighwayCellOptions = {},
): Cell<HighwayCellParams<P>, S> {
  checkSizes("highwayCell", { size });
  const { init = uniform(1 / Math.sqrt(size)), gateBias = -1 } = options;
  return {
    params: { cell: cell.params, gate: { w: param([size, size], init), b: param([size], filled(gateBias)) } },
    state: cell.state,
    step(params, state, x, key) {
      const [next, y] = cell.step(params.cell, state, x, key);
      if (formatType(y.type) !== formatType(x.type)) {
        throw new ShapeError(
          `highwayCell: x is ${formatType(x.type)}, and the cell makes ${formatType(y.type)} of it.`,
          "Give the cell as many units as it has inputs.",
        );
      }
      const t = sigmoid(add(matmul(x, params.gate.w), params.gate.b));
      return [next, add(mul(t, y), mul(sub(1, t), x))];
    },
  };
}
