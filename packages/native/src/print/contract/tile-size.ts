import { blocks, stripes } from "@unroll/core/engine";
import { lanesOf, type Target } from "../target.ts";
import { OUT, turnsOf, type Product } from "./product.ts";

/** A block of results that is held in registers: so many rows of so many vectors. */
export interface TileSize {
  readonly rows: number;
  readonly vectors: number;
}

/** Lanes of the vectors that hold so many columns: all that the processor has, or no more than there are columns. */
export function lanesFor(target: Target, { dtype, columns }: Product): number {
  let lanes = lanesOf(target, dtype);
  while (lanes > columns.size) lanes /= 2;
  return lanes;
}

/** Cycles after which the sum of a product is there, to which the next one is added. */
const latency = 4;

/** Cycles to call a tile, and to fetch and store one of its vectors, or one lane where results are no neighbours. */
const overhead = { call: 15, store: 3 };

/** Steps after which sums are stored and fetched again, about. */
const depthOfTile = 256;

/** What a step along the sum needs: all results, a row of b, and an element of a. */
const fits = ({ rows, vectors }: TileSize, { registers }: Target): boolean =>
  rows * vectors + vectors + 1 <= registers - 1;

/** Two multiply-adds and two loads can begin in each cycle, and a sum has to be there before it is added to. */
const stepCycles = ({ rows, vectors }: TileSize): number =>
  Math.max((rows * vectors) / 2, (rows + vectors) / 2, latency);

/** The tile that computes a stripe of a product in the fewest cycles, and these. */
export function chooseTile(
  target: Target,
  product: Product,
): { readonly tile: TileSize; readonly cycles: number } {
  const vectors = Math.ceil(product.columns.size / lanesFor(target, product));
  const steps = turnsOf(product.depth);
  const visits = Math.ceil(steps / depthOfTile);
  const stores = product.columns.moves[OUT] === 1 ? 1 : lanesFor(target, product);
  const around = (height: number, width: number): number =>
    visits * (overhead.call + overhead.store * height * width * stores);
  let found = { tile: { rows: 1, vectors: 1 }, cycles: Infinity };
  for (let v = 1; v <= vectors && fits({ rows: 1, vectors: v }, target); v++) {
    for (let r = 1; r <= product.rows.size && fits({ rows: r, vectors: v }, target); r++) {
      const tile = { rows: r, vectors: v };
      let cycles = 0;
      for (const [height, high] of blocks(product.rows.size, r)) {
        for (const [width, wide] of stripes(vectors, v)) {
          const part = { rows: height, vectors: width };
          cycles += high * wide * (stepCycles(part) * steps + around(height, width));
        }
      }
      if (cycles < found.cycles) found = { tile, cycles };
    }
  }
  return found;
}
