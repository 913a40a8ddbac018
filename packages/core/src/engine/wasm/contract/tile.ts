import { blocks, stripes } from "../../../compiler/tiling.ts";
import type { Target } from "../emission.ts";

/** A block of results that is held in registers: so many rows of so many vectors. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
}

/** Registers of an x64 processor that V8 gives to vectors. ARM has twice as many. */
const registers = 15;

/**
 * What a step along the sum needs in registers: all results, one element of the longer side at a time, those of the
 * shorter side throughout, and a product that is not yet added. A compiler that moves loads to the front has all
 * elements in registers.
 */
function registersOf({ rows, vectors }: Tile, { relaxed, keepsOrder }: Target): number {
  const elements = keepsOrder ? Math.min(rows, vectors) + 1 : rows + vectors;
  return rows * vectors + elements + (relaxed ? 0 : 1);
}

/** Cycles after which the sum of a product is there, to which the next one is added. */
export const latency = ({ relaxed }: Target): number => (relaxed ? 4.4 : 2.4);

/**
 * Cycles of a step of a tile: two multiply-adds and two loads can begin in each, and a sum has to be there before it is
 * added to. Measured on Zen 5: tiles of 4, 6, 8, 9, 10 and 12 vectors reach 54, 72, 92, 94, 95 and 100 % of the peak.
 */
export const stepCycles = ({ rows, vectors }: Tile, loads: number, wait: number): number =>
  Math.max((rows * vectors) / 2, loads / 2, wait);

/** A tile, and the cycles that all tiles would take where the compiler keeps the order of instructions. */
export interface Choice {
  readonly tile: Tile;
  readonly cycles: number;
}

/**
 * The tile that computes so many rows of vectors in the fewest cycles. The cycles are for comparing ways to compute:
 * they do not depend on the host's compiler, because neither may the order of sums.
 */
export function chooseTile(
  rows: number,
  vectors: number,
  target: Target,
  cyclesOf: (tile: Tile) => number,
): Choice {
  const { tile } = best(rows, vectors, target, cyclesOf);
  const { cycles } = best(rows, vectors, { ...target, keepsOrder: true }, cyclesOf);
  return { tile, cycles };
}

function best(rows: number, vectors: number, target: Target, cyclesOf: (tile: Tile) => number): Choice {
  const fits = (tile: Tile): boolean => registersOf(tile, target) <= registers;
  let found: Choice = { tile: { rows: 1, vectors: 1 }, cycles: Infinity };
  for (let v = 1; v <= vectors && fits({ rows: 1, vectors: v }); v++) {
    for (let r = 1; r <= rows && fits({ rows: r, vectors: v }); r++) {
      const tile = { rows: r, vectors: v };
      const cycles = sum(rows, vectors, tile, cyclesOf);
      if (cycles < found.cycles) found = { tile, cycles };
    }
  }
  return found;
}

function sum(rows: number, vectors: number, tile: Tile, cyclesOf: (tile: Tile) => number): number {
  let cycles = 0;
  for (const [height, countHigh] of blocks(rows, tile.rows)) {
    for (const [width, countWide] of stripes(vectors, tile.vectors))
      cycles += countHigh * countWide * cyclesOf({ rows: height, vectors: width });
  }
  return cycles;
}
