import type { Span } from "../kernel/nest.ts";

const page = 2 ** 12;

/**
 * Pages that all tiles of a stripe may touch. Processors know where the last 64 to 96 pages of memory are, and have to
 * look for others: 128 rows of 2 KiB that are added to, and as many that are read, are more.
 */
const most = 60;

/**
 * How many rows have their elements for a stripe of a product in so few pages that they are found at once, when
 * `copied` bytes of each have been put side by side and some operands are read or written where they lie.
 */
export function rowsWithin(rows: Span, operands: readonly number[], copied = 0): number {
  const apart = operands.map((operand) => Math.min(page, Math.abs(rows.moves[operand]!)));
  return (most * page) / apart.reduce((sum, bytes) => sum + bytes, copied);
}
