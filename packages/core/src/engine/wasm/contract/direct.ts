import { byteSize } from "../../../compiler/byte-size.ts";
import type { Local } from "../encode/code.ts";
import type { Strategy } from "./contract.ts";
import { mostDepth, noDepth, rowGroup, steps, writeDepth } from "./depth.ts";
import type { Frame } from "../kernel/frame.ts";
import { outerTileFunction } from "./outer-tile.ts";
import { nest, sequence, type Span } from "../kernel/nest.ts";
import { apart, B, turnsOf, type Product } from "./product.ts";
import { blocks, chooseTile, latency, stepCycles, type Choice } from "./tile.ts";
import { tileOverhead, writeTiles, type Start } from "./tiles.ts";

/** Tiles that read both sides where they lie. */
export function directStrategy(frame: Frame, product: Product, addresses: readonly Local[]): Strategy {
  const { batch, stripes, rows, columns, depth, lanes, dtype, hasInit } = product;
  const { f, emission } = frame;
  const isUnit = columns.moves[B] === byteSize(dtype) || columns.size === 1;
  const { tile, cycles } = chooseOuterTile(frame, product, isUnit ? 1 : lanes);
  // A few rows read b once, so nothing is gained by keeping a part of it in the cache.
  const limit = rows.size > tile.rows ? mostDepth : Infinity;
  const isCut = steps(depth) > limit;
  const first = hasInit ? "init" : "zero";
  const computeBlock = (block: readonly Span[], start: Start): void => {
    sequence(f, blocks(rows.size, rowGroup(block, dtype)), rows.moves, addresses, (size) => {
      writeTiles(frame, { ...product, rows: { ...rows, size } }, addresses, {
        rows: tile.rows,
        columns: tile.vectors * lanes,
        depth: block,
        start,
        functionOf: (kernel) => outerTileFunction(emission, kernel),
      });
    });
  };
  const liesApart = apart(product);
  // What lies apart is read from farther away: 12 % for both sides of a sum over 2,500 rows.
  const farther = isCut ? 1 + 0.06 * (Number(liesApart.a) + Number(liesApart.b)) : 1;
  return {
    cycles: turnsOf([...batch, ...stripes]) * cycles * farther,
    chains: 0,
    write() {
      nest(f, batch, addresses, () => {
        if (isCut) computeBlock(noDepth, first);
        writeDepth(f, depth, limit, addresses, (block) => computeBlock(block, isCut ? "out" : first));
      });
    },
  };
}

/** The tile for one stripe of a product; `loads` are those of a vector of b. */
export function chooseOuterTile({ emission: { target } }: Frame, product: Product, loads: number): Choice {
  const { rows, columns, lanes, depth } = product;
  return chooseTile(rows.size, Math.ceil(columns.size / lanes), target, (tile) => {
    const cycles = stepCycles(tile, tile.rows + tile.vectors * loads, latency(target));
    return cycles * steps(depth) + tileOverhead(product, tile.rows * tile.vectors);
  });
}
