import { add, formatType, leaves, mapTree, sameTree, ShapeError } from "@unroll/core";
import type { Cell } from "../spec/cell.ts";

/**
 * A cell with a connection around it, y = x + f(x): layers of these can be stacked high.
 *
 * Parameters and states are those of the cell. Inputs may be a tree, and outputs are one like it.
 *
 * Shapes: outputs as inputs.
 * Throws: ShapeError, TreeError when the cell gives something else than it takes.
 * Source: He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, 2015, eq. 1; between the
 * layers of a recurrent net Wu et al., Google's Neural Machine Translation System, 2016, eq. 6.
 *
 *     const rnn = stackCells(lstm(64, 128), residual(lstm(128, 128)), residual(lstm(128, 128)));
 */
export function residual<P, S, X>(cell: Cell<P, S, X, X>): Cell<P, S, X, X> {
  return {
    ...cell,
    step(params, state, x, key) {
      const [next, y] = cell.step(params, state, x, key);
      checkSame(x, y);
      return [next, mapTree(add, x, y)];
    },
  };
}

/** Sums of other shapes may exist: a row, or a column, would be added to everything. */
function checkSame(x: unknown, y: unknown): void {
  sameTree("residual", { name: "the output is", tree: y }, { name: "the input is", tree: x });
  const types = new Map(leaves(y).map(({ path, leaf }) => [path, formatType(leaf.type)]));
  for (const { path, leaf } of leaves(x)) {
    const [given, made] = [formatType(leaf.type), types.get(path)];
    if (given === made) continue;
    throw new ShapeError(
      `residual: ${path ? `x.${path}` : "x"} is ${given}, and the cell makes ${made} of it.`,
      "Give the cell as many units as it has inputs.",
    );
  }
}
