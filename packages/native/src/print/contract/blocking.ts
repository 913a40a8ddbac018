import { byteSize } from "@unroll/core/engine";
import { lanesOf, type Target } from "../target.ts";
import { A, B, turnsOf, type Product } from "./product.ts";

/**
 * Steps of a sum that are done in one go, before the results are stored and fetched again. What a tile reads of b in
 * them stays in the second cache for the next rows. Where each step of b lies on a page of its own, pages run out
 * before that.
 */
const mostDepth = { panel: 2048, scattered: 512, copied: 512 };

/** Bytes of a row of b that are copied at once: with all steps of a block, what the third cache holds easily. */
const rowBytes = 2 ** 12;

/** Bytes of a that stay in the second cache while all columns are computed. */
const groupBytes = 2 ** 19;

/** Where copies of a begin, behind those of b. */
export const bytesOfB: number = rowBytes * mostDepth.copied;

/** Bytes that a thread needs for copies. */
export const scratchBytes: number = bytesOfB + groupBytes;

/** A first cache: what is so many bytes apart shares a set, which holds so many lines. */
const firstCache = { period: 2 ** 12, ways: 8 };

/** Columns from which on a copy of a is read often enough. */
const worthwhile = 64;

/** Vectors that a panel has at most: of a wider row a tile reads a part, and the next part of it is far away. */
const widest = 4;

/** How a product is cut into blocks, so that what is read again and again is in a cache. */
export interface Blocking {
  readonly copiesA: boolean;
  /** Steps of the sum at once. */
  readonly depth: number;
  /** Columns at once, where b is copied. */
  readonly columns: number;
  /** Rows at once, when so many steps are. */
  rows(steps: number): number;
}

/** Whether each step of b lies beside the one before. */
export function isPanel({ columns, depth, dtype }: Product, target: Target): boolean {
  const apart = depth.at(-1)?.moves[B] ?? columns.size;
  return columns.size <= widest * lanesOf(target, dtype) && apart === columns.size;
}

/** The blocks for tiles of so many rows and columns. */
export function blockingOf(
  product: Product,
  target: Target,
  tile: { readonly rows: number; readonly columns: number },
  copiesB: boolean,
): Blocking {
  const { dtype, rows } = product;
  const bytes = byteSize(dtype);
  const most = mostDepth[copiesB ? "copied" : isPanel(product, target) ? "panel" : "scattered"];
  const copiesA = paysToCopyA(product, tile.rows);
  // A few rows read b once, so nothing is gained by keeping a part of it in the cache.
  const depth = copiesA || copiesB || rows.size > tile.rows ? most : Infinity;
  return {
    copiesA,
    depth,
    columns: Math.floor(rowBytes / bytes / tile.columns) * tile.columns,
    rows: (steps) => Math.max(tile.rows, Math.floor(groupBytes / (Math.max(1, steps) * bytes))),
  };
}

/**
 * Whether a is better copied, so that a tile reads it from one end to the other: where what one step needs does not lie
 * along the sum, and where it does, but in rows whose lines push each other out of the first cache.
 */
function paysToCopyA({ dtype, rows, columns, stripes, depth }: Product, height: number): boolean {
  if (columns.size * turnsOf(stripes) < worthwhile) return false;
  if (depth.at(-1)?.moves[A] !== 1) return true;
  return crowd(Math.min(height, rows.size), rows.moves[A] * byteSize(dtype)) > firstCache.ways;
}

/** How many of some lines share a set, when each is so many bytes from the next. */
function crowd(lines: number, apart: number): number {
  let [sets, rest] = [firstCache.period, apart];
  while (sets > 1 && rest % 2 === 0) [sets, rest] = [sets / 2, rest / 2];
  return Math.ceil(lines / sets);
}
