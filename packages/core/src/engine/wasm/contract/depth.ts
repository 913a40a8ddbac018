import { byteSize, type DType } from "../../../tensor/type.ts";
import type { Local } from "../encode/code.ts";
import type { FunctionBuilder } from "../encode/function.ts";
import { nest, sequence, type Span } from "../kernel/nest.ts";
import { blocks, type Repeated } from "../../../compiler/tiling.ts";
import type { Start } from "./tiles.ts";

/** Steps of a sum that are done in one go: a panel of eight columns then has 16 KiB. */
export const mostDepth = 512;

/** Rows of a that together have at most so many bytes. */
export const rowGroup = (depth: readonly Span[], dtype: DType, bytes: number): number =>
  Math.max(1, Math.floor(bytes / (Math.max(1, steps(depth)) * byteSize(dtype))));

/** No step at all: what sums start from is put in its place. */
const noDepth: readonly Span[] = [{ size: 0, moves: [0, 0, 0, 0] }];

/**
 * Run through the depth of a product in blocks of at most `limit` steps, as even as can be, so that what a block reads
 * of both sides stays in the cache. `body` gets the loops of one block, and what its sums start from: those of the
 * first block from `first`, the others from what is there.
 */
export function writeDepth(
  f: FunctionBuilder,
  depth: readonly Span[],
  limit: number,
  first: Start,
  addresses: readonly Local[],
  body: (block: readonly Span[], start: Start) => void,
): void {
  const at = cutAt(depth, limit);
  const cut = depth[at];
  if (!cut) {
    body(depth, first);
    return;
  }
  const [outer, inner] = [depth.slice(0, at), depth.slice(at + 1)];
  const most = Math.max(1, Math.floor(limit / steps(inner)));
  const parts = blocks(cut.size, most);
  let start = first;
  if (steps(outer) > 1) {
    // The same code does the first block and those after it.
    body(noDepth, first);
    start = "out";
  }
  nest(f, outer, addresses, () => {
    sequence(f, start === "out" ? parts : firstApart(parts), cut.moves, addresses, (size) => {
      body([{ ...cut, size }, ...inner], start);
      start = "out";
    });
  });
}

/** The first of all by itself. */
const firstApart = (parts: readonly Repeated[]): Repeated[] =>
  parts.flatMap(([size, count], i): Repeated[] =>
    i > 0 || count === 1
      ? [[size, count]]
      : [
          [size, 1],
          [size, count - 1],
        ],
  );

export const steps = (depth: readonly Span[]): number =>
  depth.reduce((product, { size }) => product * size, 1);

/** The loop that has to be cut so that the rest has at most `limit` steps; -1 if there is none. */
const cutAt = (depth: readonly Span[], limit: number): number =>
  depth.findLastIndex((_, at) => steps(depth.slice(at)) > limit);
