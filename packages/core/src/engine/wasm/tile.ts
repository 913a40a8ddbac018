/** A block of results that is held in registers: so many rows of so many vectors. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
}

/** Registers of the processor that V8 gives to vectors. */
const registers = 15;

/** Cycles until a multiply-add that takes the result of another one can begin. */
const latency = 4;

/**
 * The tile for results of so many rows of vectors: the one that takes the fewest cycles, when two multiply-adds and two
 * loads can begin in each.
 */
export function chooseTile(rows: number, vectors: number): Tile {
  let best: Tile = { rows: 1, vectors: 1 };
  let least = Infinity;
  for (let v = 1; v <= vectors && v < registers; v++) {
    for (let r = 1; r <= rows && r * v + v + 1 <= registers; r++) {
      const cycles = cyclesOf(rows, vectors, { rows: r, vectors: v });
      if (cycles >= least) continue;
      least = cycles;
      best = { rows: r, vectors: v };
    }
  }
  return best;
}

/** Cycles for one step along k of all tiles that cover the results. */
function cyclesOf(rows: number, vectors: number, tile: Tile): number {
  let cycles = 0;
  for (const [height, countHigh] of blocks(rows, tile.rows)) {
    for (const [width, countWide] of stripes(vectors, tile.vectors)) {
      cycles += countHigh * countWide * Math.max((height * width) / 2, (height + width) / 2, latency);
    }
  }
  return cycles;
}

/** Rows in blocks of at most `limit`, as even as can be: sizes, each with how often it comes. A small last block would be slow. */
export function blocks(rows: number, limit: number): (readonly [size: number, count: number])[] {
  const count = Math.ceil(rows / limit);
  const size = Math.floor(rows / count);
  const larger = rows - size * count;
  return (
    [
      [size + 1, larger],
      [size, count - larger],
    ] as const
  ).filter(([, n]) => n > 0);
}

/** Vectors in stripes of `limit`, and what is left. */
export function stripes(vectors: number, limit: number): (readonly [size: number, count: number])[] {
  const full = [limit, Math.floor(vectors / limit)] as const;
  const rest = [vectors % limit, 1] as const;
  return [full, rest].filter(([size, count]) => size > 0 && count > 0);
}
