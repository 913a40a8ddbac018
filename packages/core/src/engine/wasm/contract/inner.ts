import { byteSize } from "../../../tensor/type.ts";
import type { Local } from "../encode/code.ts";
import type { Strategy } from "./contract.ts";
import { steps } from "./depth.ts";
import { innerTileFunction } from "./inner-tile.ts";
import type { Frame } from "../kernel/frame.ts";
import { nest } from "../kernel/nest.ts";
import { A, B, turnsOf, type Product } from "./product.ts";
import { chooseTile, latency, stepCycles } from "./tile.ts";
import { eachStripe, tileOverhead, writeStripe } from "./tiles.ts";

/** Vectors that are summed side by side, so that none waits for another. */
const enough = 8;

/** Tiles of inner products: for sides that both lie along the sum. */
export function innerStrategy(
  frame: Frame,
  product: Product,
  addresses: readonly Local[],
  whole: Product,
): Strategy | undefined {
  const { batch, stripes, rows, columns, depth, lanes, dtype, hasInit } = product;
  const { f, emission } = frame;
  const inner = depth.at(-1);
  if (inner?.moves[A] !== byteSize(dtype) || inner.moves[B] !== byteSize(dtype)) return undefined;
  const vectors = Math.ceil(inner.size / lanes);
  // Not those of a tile, which depends on the host, nor of a share: the order of sums must not.
  const results = whole.rows.size * whole.columns.size;
  const chains = Math.max(1, Math.min(vectors, Math.floor(enough / results)));
  const { tile, cycles } = chooseTile(rows.size, columns.size, emission.target, (candidate) => {
    const { rows: height, vectors: width } = candidate;
    const step = stepCycles(candidate, height + width, latency(emission.target) / chains);
    const across = height * Math.ceil(width / lanes) * 6;
    return (step * steps(depth) * vectors) / inner.size + across + tileOverhead(product, height * width);
  });
  return {
    cycles: turnsOf([...batch, ...stripes]) * cycles,
    chains,
    write() {
      nest(f, batch, addresses, () =>
        eachStripe(frame, product, addresses, tile.vectors, (width) =>
          writeStripe(frame, product, addresses, width, {
            rows: tile.rows,
            depth,
            start: hasInit ? "init" : "zero",
            functionOf: (kernel) => innerTileFunction(emission, kernel, chains),
          }),
        ),
      );
    },
  };
}
