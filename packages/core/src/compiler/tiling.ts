/** So many of a size. */
export type Repeated = readonly [size: number, count: number];

/** Rows in blocks of at most `limit`, as even as can be: a small last block would be slow. */
export function blocks(rows: number, limit: number): Repeated[] {
  const count = Math.ceil(rows / limit);
  const size = Math.floor(rows / count);
  const larger = rows - size * count;
  return [[size + 1, larger] as const, [size, count - larger] as const].filter(([, n]) => n > 0);
}

/** Rows in blocks of at most `limit`, but of one tile at least: whole tiles of `height`, but for the last block. */
export function blocksOf(rows: number, height: number, limit: number): Repeated[] {
  const tiles = Math.ceil(rows / height);
  const most = Math.max(1, Math.min(tiles, Math.floor(limit / height)));
  const whole = blocks(tiles, most).map(([size, count]) => [size * height, count] as const);
  const missing = tiles * height - rows;
  if (missing === 0) return whole;
  const [size, count] = whole.pop()!;
  return [...whole, [size, count - 1] as const, [size - missing, 1] as const].filter(([, n]) => n > 0);
}

/** Columns in stripes of `limit`, and what is left. */
export const stripes = (columns: number, limit: number): Repeated[] =>
  [[limit, Math.floor(columns / limit)] as const, [columns % limit, 1] as const].filter(
    ([size, count]) => size > 0 && count > 0,
  );
