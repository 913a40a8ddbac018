import { byteSize } from "../../../tensor/type.ts";
import type { Local } from "../encode/code.ts";
import type { Strategy } from "./contract.ts";
import { mostDepth, rowGroup, steps, writeDepth } from "./depth.ts";
import type { Frame } from "../kernel/frame.ts";
import { outerTileFunction } from "./outer-tile.ts";
import { nest, sequence } from "../kernel/nest.ts";
import { rowsWithin } from "./pages.ts";
import { eachGroup } from "./prefetch.ts";
import { A, B, fartherAway, INIT, OUT, turnsOf, type Product } from "./product.ts";
import { blocks, blocksOf } from "../../../compiler/tiling.ts";
import { chooseTile, latency, stepCycles, type Choice, type Tile } from "./tile.ts";
import { eachStripe, tileOverhead, writeStripe, type Start } from "./tiles.ts";

/** Bytes of a that should stay in the cache while all columns are computed. */
const groupBytes = 2 ** 19;

/** Tiles that read both sides where they lie. */
export function directStrategy(frame: Frame, product: Product, addresses: readonly Local[]): Strategy {
  const { batch, stripes, rows, columns, depth, lanes, dtype, hasInit } = product;
  const { f, emission } = frame;
  const isUnit = columns.moves[B] === byteSize(dtype) || columns.size === 1;
  // A few rows read b once, so nothing is gained by keeping a part of it in the cache.
  const limitOf = ({ rows: height }: Tile): number => (rows.size > height ? mostDepth : Infinity);
  const { tile, cycles } = chooseOuterTile(frame, product, isUnit ? 1 : lanes, limitOf);
  const limit = limitOf(tile);
  const first: Start = hasInit ? "init" : "zero";
  const width = tile.vectors * lanes;
  const writeColumns = (part: Product, count: number): void =>
    writeDepth(f, depth, limit, first, addresses, (block, start) =>
      writeStripe(frame, part, addresses, count, {
        rows: tile.rows,
        depth: block,
        start,
        functionOf: (kernel) => outerTileFunction(emission, kernel),
      }),
    );
  const writeGroup = (part: Product): void => {
    const all = part.rows.size;
    const most = rowsWithin(rows, [A, INIT, OUT]);
    sequence(f, blocksOf(all, tile.rows, most), rows.moves, addresses, (size) => {
      const some = { ...part, rows: { ...rows, size } };
      eachStripe(frame, some, addresses, width, (count) => writeColumns(some, count));
    });
  };
  return {
    cycles: turnsOf([...batch, ...stripes]) * cycles * fartherAway(product, steps(depth) > limit),
    chains: 0,
    write() {
      // All sums of a stripe are done before the next one, so that its results are fetched and put away once.
      nest(f, batch, addresses, () =>
        sequence(f, blocks(rows.size, rowGroup(depth, dtype, groupBytes)), rows.moves, addresses, (size) => {
          const part = { ...product, rows: { ...rows, size } };
          if (rows.size > tile.rows) eachGroup(frame, part, addresses, writeGroup);
          else writeGroup(part);
        }),
      );
    },
  };
}

/**
 * The tile for one stripe of a product; `loads` are those of a vector of b. `mostSteps` are those of the sums that a
 * tile adds to its results in one go.
 */
export function chooseOuterTile(
  { emission: { target } }: Frame,
  product: Product,
  loads: number,
  mostSteps: (tile: Tile) => number,
): Choice {
  const { rows, columns, lanes, depth } = product;
  const again = { ...product, hasInit: true };
  return chooseTile(rows.size, Math.ceil(columns.size / lanes), target, (tile) => {
    const cycles = stepCycles(tile, tile.rows + tile.vectors * loads, latency(target));
    const vectors = tile.rows * tile.vectors;
    const goes = Math.ceil(steps(depth) / mostSteps(tile));
    return cycles * steps(depth) + tileOverhead(product, vectors) + (goes - 1) * tileOverhead(again, vectors);
  });
}
