import { byteSize } from "../../../tensor/type.ts";
import type { Dimension, MapKernel } from "../../../ir/kernel.ts";
import type { Code, Local } from "../encode/code.ts";
import { steps } from "./depth.ts";
import type { Frame } from "../kernel/frame.ts";
import { mapFunction } from "../kernel/map.ts";
import type { Span } from "../kernel/nest.ts";
import * as i32 from "../encode/opcodes/i32.ts";
import type { Product } from "./product.ts";
import type { Repeated } from "../../../compiler/tiling.ts";

/**
 * How the elements lie that a tile reads of one side: from row to row or column to column, and along each loop of the
 * depth.
 */
export interface Layout {
  readonly across: number;
  readonly depth: readonly number[];
}

/**
 * Copies of a block of one side of a product: a panel for every tile, with the rows or columns of the tile side by
 * side, step after step, so that a tile reads its panel from one end to the other.
 */
export interface Panels {
  readonly operand: number;
  readonly side: Span;
  readonly depth: readonly Span[];
  /** Rows or columns of panels. */
  readonly parts: readonly Repeated[];
}

/** A panel of so many rows or columns. */
export const panelLayout = (dtype: Product["dtype"], depth: readonly Span[], width: number): Layout => ({
  across: byteSize(dtype),
  depth: contiguous(depth, width * byteSize(dtype)),
});

/** The rows or columns of copies: each takes the room of a whole block of the depth. */
export const inPanels = (dtype: Product["dtype"], { operand, side, depth }: Panels): Span => ({
  ...side,
  moves: side.moves.with(operand, steps(depth) * byteSize(dtype)),
});

/** Make the copies. */
export function writePanels(
  { f, emission }: Frame,
  dtype: Product["dtype"],
  { operand, side, depth, parts }: Panels,
  from: Local,
  to: Code,
): void {
  const size = byteSize(dtype);
  const across = side.moves[operand]! / size;
  let first = 0;
  for (const [width, count] of parts) {
    const strides = contiguous(depth, width);
    const kernel = copyKernel(dtype, [
      dimension(count, across * width, width * steps(depth)),
      ...depth.map(({ size: turns, moves }, i) => dimension(turns, moves[operand]! / size, strides[i]!)),
      dimension(width, across, 1),
    ]);
    const source = i32.add(from, i32.const(first * across * size));
    const target = i32.add(to, i32.const(first * steps(depth) * size));
    f.do([source, target, mapFunction(emission, kernel)]);
    first += width * count;
  }
}

/** How far it is from one turn of each loop to the next, when those of the innermost are `inner` apart. */
const contiguous = (depth: readonly Span[], inner: number): number[] =>
  depth.map((_, i) => inner * steps(depth.slice(i + 1)));

const dimension = (size: number, from: number, to: number): Dimension => ({ size, strides: [from, to] });

const copyKernel = (dtype: Product["dtype"], dimensions: readonly Dimension[]): MapKernel => ({
  form: "map",
  dtypes: [dtype, dtype],
  dimensions: dimensions.filter(({ size }) => size > 1),
  body: [{ op: "read", operand: 0 }],
  writes: [0],
});
