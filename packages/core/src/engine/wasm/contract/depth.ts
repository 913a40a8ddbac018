import type { DType } from "../../../tensor/type.ts";
import { byteSize } from "../../../compiler/byte-size.ts";
import type { Local } from "../encode/code.ts";
import type { FunctionBuilder } from "../encode/function.ts";
import { nest, sequence, type Span } from "../kernel/nest.ts";
import { blocks } from "./tile.ts";

/** Steps of a sum that are done in one go: a panel of eight columns then has 16 KiB. */
export const mostDepth = 512;

/** Bytes of a that should stay in the cache while all columns are computed. */
export const groupBytes: number = 2 ** 17;

/** Rows that are computed for all columns before the next ones. */
export const rowGroup = (depth: readonly Span[], dtype: DType): number =>
  Math.max(1, Math.floor(groupBytes / (Math.max(1, steps(depth)) * byteSize(dtype))));

/** No step at all: what sums start from is put in its place. */
export const noDepth: readonly Span[] = [{ size: 0, moves: [0, 0, 0, 0] }];

/**
 * Run through the depth of a product in blocks of at most `limit` steps, as even as can be, so that what a block reads
 * of both sides stays in the cache. `body` gets the loops of one block.
 */
export function writeDepth(
  f: FunctionBuilder,
  depth: readonly Span[],
  limit: number,
  addresses: readonly Local[],
  body: (block: readonly Span[]) => void,
): void {
  const at = cutAt(depth, limit);
  const cut = depth[at];
  if (!cut) {
    body(depth);
    return;
  }
  const inner = depth.slice(at + 1);
  const most = Math.max(1, Math.floor(limit / steps(inner)));
  nest(f, depth.slice(0, at), addresses, () => {
    sequence(f, blocks(cut.size, most), cut.moves, addresses, (size) => body([{ ...cut, size }, ...inner]));
  });
}

export const steps = (depth: readonly Span[]): number =>
  depth.reduce((product, { size }) => product * size, 1);

/** The loop that has to be cut so that the rest has at most `limit` steps; -1 if there is none. */
const cutAt = (depth: readonly Span[], limit: number): number =>
  depth.findLastIndex((_, at) => steps(depth.slice(at)) > limit);
