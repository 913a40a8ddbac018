import { byteSize } from "../../../tensor/type.ts";
import type { Callee, Local } from "../encode/code.ts";
import type { Frame } from "../kernel/frame.ts";
import type { TileKernel } from "./tile-kernel.ts";
import { nest, sequence, type Span } from "../kernel/nest.ts";
import type { Layout } from "./panels.ts";
import { A, B, INIT, OUT, type Product } from "./product.ts";
import { blocks, stripes } from "../../../compiler/tiling.ts";

/** What the sums of tiles start from. */
export type Start = "zero" | "init" | "out";

/** How a block of a product is computed. */
export interface Tiling {
  /** Rows of a tile. */
  readonly rows: number;
  /** The sums of the block. */
  readonly depth: readonly Span[];
  readonly start: Start;
  /** How the sides lie for a tile of so many rows and columns. Absent: as they are. */
  layoutOfA?(height: number): Layout;
  layoutOfB?(width: number): Layout;
  /** The function of a tile. */
  functionOf(kernel: TileKernel): Callee;
}

/** Run through the columns of a product in stripes that are as wide as a tile. `body` gets the width of one. */
export function eachStripe(
  { f }: Frame,
  { stripes: outer, columns }: Product,
  addresses: readonly Local[],
  width: number,
  body: (columns: number) => void,
): void {
  nest(f, outer, addresses, () => sequence(f, stripes(columns.size, width), columns.moves, addresses, body));
}

/** Calls that compute the results of one stripe, so many columns wide. */
export function writeStripe(
  { f }: Frame,
  { rows, columns, dtype, lanes }: Product,
  addresses: readonly Local[],
  width: number,
  { rows: height, depth, start, layoutOfA, layoutOfB, functionOf }: Tiling,
): void {
  const asItIs = (side: Span, operand: number): Layout => ({
    across: side.moves[operand]!,
    depth: depth.map(({ moves }) => moves[operand]!),
  });
  const along = (operand: number): { row: number; column: number } => ({
    row: rows.moves[operand]!,
    column: columns.moves[operand]!,
  });
  const starts = start === "zero" ? [] : [start === "init" ? INIT : OUT];
  sequence(f, blocks(rows.size, height), rows.moves, addresses, (rowsOfTile) => {
    const a = layoutOfA?.(rowsOfTile) ?? asItIs(rows, A);
    const b = layoutOfB?.(width) ?? asItIs(columns, B);
    const callee = functionOf({
      dtype,
      lanes,
      rows: rowsOfTile,
      columns: width,
      a: a.across,
      b: b.across,
      k: depth.map(({ size }, i) => ({ size, a: a.depth[i]!, b: b.depth[i]! })),
      start: starts.map(along),
      out: along(OUT),
    });
    f.do([[A, B, ...starts, OUT].map((operand) => addresses[operand]!), callee]);
  });
}

/** Cycles to call a tile of so many vectors, to fetch what its sums start from, and to put them in their places. */
export function tileOverhead({ columns, lanes, dtype, hasInit }: Product, vectors: number): number {
  const isUnit = columns.moves[OUT] === byteSize(dtype);
  return 10 + vectors * (isUnit ? 1 : lanes) * (hasInit ? 1.5 : 1);
}
