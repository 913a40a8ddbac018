import { byteSize } from "../../../compiler/byte-size.ts";
import type { Callee, Local } from "../encode/code.ts";
import type { Frame } from "../kernel/frame.ts";
import type { TileKernel } from "./tile-kernel.ts";
import { nest, sequence, type Span } from "../kernel/nest.ts";
import type { Layout } from "./panels.ts";
import { A, B, INIT, OUT, type Product } from "./product.ts";
import { blocks, stripes } from "./tile.ts";

/** What the sums of tiles start from. */
export type Start = "zero" | "init" | "out";

/** How a block of a product is computed. */
export interface Tiling {
  readonly rows: number;
  readonly columns: number;
  /** The sums of the block. */
  readonly depth: readonly Span[];
  readonly start: Start;
  /** How the sides lie for a tile of so many rows and columns. Absent: as they are. */
  layoutOfA?(height: number): Layout;
  layoutOfB?(width: number): Layout;
  /** The function of a tile. */
  functionOf(kernel: TileKernel): Callee;
}

/** Calls that compute all results of a product, tile by tile: their sums over one block of the depth. */
export function writeTiles(
  { f }: Frame,
  product: Product,
  addresses: readonly Local[],
  { rows: height, columns: width, depth, start, layoutOfA, layoutOfB, functionOf }: Tiling,
): void {
  const { rows, columns, dtype, lanes } = product;
  const asItIs = (side: Span, operand: number) => (): Layout => ({
    across: side.moves[operand]!,
    depth: depth.map(({ moves }) => moves[operand]!),
  });
  const along = (operand: number): { row: number; column: number } => ({
    row: rows.moves[operand]!,
    column: columns.moves[operand]!,
  });
  const starts = start === "zero" ? [] : [start === "init" ? INIT : OUT];
  const call = (rowsOfTile: number, columnsOfTile: number): void => {
    const a = (layoutOfA ?? asItIs(rows, A))(rowsOfTile);
    const b = (layoutOfB ?? asItIs(columns, B))(columnsOfTile);
    const callee = functionOf({
      dtype,
      lanes,
      rows: rowsOfTile,
      columns: columnsOfTile,
      a: a.across,
      b: b.across,
      k: depth.map(({ size }, i) => ({ size, a: a.depth[i]!, b: b.depth[i]! })),
      start: starts.map(along),
      out: along(OUT),
    });
    f.do([[A, B, ...starts, OUT].map((operand) => addresses[operand]!), callee]);
  };
  nest(f, product.stripes, addresses, () => {
    sequence(f, stripes(columns.size, width), columns.moves, addresses, (columnsOfTile) => {
      sequence(f, blocks(rows.size, height), rows.moves, addresses, (rowsOfTile) =>
        call(rowsOfTile, columnsOfTile),
      );
    });
  });
}

/** Cycles to call a tile of so many vectors, to fetch what its sums start from, and to put them in their places. */
export function tileOverhead({ columns, lanes, dtype, hasInit }: Product, vectors: number): number {
  const isUnit = columns.moves[OUT] === byteSize(dtype);
  return 10 + vectors * (isUnit ? 1 : lanes) * (hasInit ? 1.5 : 1);
}
