import { byteSize } from "../../../tensor/type.ts";
import type { Local } from "../encode/code.ts";
import type { Strategy } from "./contract.ts";
import { chooseOuterTile } from "./direct.ts";
import { steps, writeDepth } from "./depth.ts";
import type { Frame } from "../kernel/frame.ts";
import { load, store } from "../kernel/lanes.ts";
import { nest, strip, type Span } from "../kernel/nest.ts";
import { splat } from "../body/site.ts";
import { multiplyAddOf } from "./tile-kernel.ts";
import type { Start } from "./tiles.ts";
import { A, B, INIT, OUT, turnsOf, type Product } from "./product.ts";

/** Rows of b that are read side by side. */
const together = 8;

/** Bytes of b that are near enough for it not to matter in which order they are read. */
const near = 3 * 2 ** 16;

/** Bytes of a row of b that are worth a start. */
const longRow = 512;

/**
 * Against tiles, which read a part of every row of b: 0.9 of their time for one of 256 KiB, a fifth for one of 4 MiB.
 */
const advantage = 0.9;

/**
 * One row times a matrix that lies row by row: a few of its rows at a time are read from one end to the other, and
 * added to all results. Memory is read in order, which caches are good at, and results are fetched and put away more
 * often.
 */
export function sweepStrategy(
  frame: Frame,
  product: Product,
  addresses: readonly Local[],
): Strategy | undefined {
  const { batch, stripes, rows, columns, depth, dtype, hasInit } = product;
  const size = byteSize(dtype);
  const isLarge = columns.size * size >= longRow && steps(depth) * columns.size * size > near;
  const isRow = columns.moves[B] === size && columns.moves[OUT] === size;
  if (rows.size > 1 || !isLarge || !isRow) return undefined;
  const { cycles } = chooseOuterTile(frame, product, 1, () => Infinity);
  const { f } = frame;
  return {
    cycles: turnsOf([...batch, ...stripes]) * cycles * advantage,
    chains: 0,
    write: () =>
      nest(f, [...batch, ...stripes], addresses, () =>
        writeDepth(f, depth, together, hasInit ? "init" : "zero", addresses, (block, start) =>
          writeSweep(frame, product, addresses, block, start),
        ),
      ),
  };
}

/** Add the sums over one block of the depth to all results. */
function writeSweep(
  { f, emission }: Frame,
  { columns, dtype, lanes }: Product,
  addresses: readonly Local[],
  block: readonly Span[],
  start: Start,
): void {
  const offsets = placesOf(block);
  const one = { dtype, lanes, count: lanes, stride: 0 };
  const factors = offsets.map((at) => f.let("v128", load(one, addresses[A]!, at[A]!)));
  const from = start === "init" ? INIT : OUT;
  const strides = [B, OUT, from].map((operand) => columns.moves[operand]!);
  strip(f, { size: columns.size, lanes, unroll: 2, strides }, ({ vectors, count, at }) => {
    for (let vector = 0; vector < vectors; vector++) {
      const read = (operand: number, offset: number) => {
        const stride = columns.moves[operand]!;
        const place = at(addresses[operand]!, stride);
        return load({ dtype, lanes, count, stride }, place, offset + vector * lanes * stride);
      };
      const sum = f.let("v128", start === "zero" ? splat(emission, dtype, 0) : read(from, 0));
      offsets.forEach((offset, i) => {
        f.set(sum, multiplyAddOf(emission, dtype, factors[i]!, read(B, offset[B]!), sum));
      });
      const stride = columns.moves[OUT]!;
      const place = at(addresses[OUT]!, stride);
      f.do(store({ dtype, lanes, count, stride }, place, vector * lanes * stride, sum));
      f.free(sum);
    }
  });
  f.free(...factors);
}

/** How far the operands have moved at each step of some loops, in the order of the steps. */
const placesOf = ([span, ...inner]: readonly Span[]): (readonly number[])[] =>
  span
    ? Array.from({ length: span.size }, (_, turn) =>
        placesOf(inner).map((place) => span.moves.map((move, i) => turn * move + (place[i] ?? 0))),
      ).flat()
    : [[]];
