import type { Dimension } from "../../ir/kernel.ts";

/** A point of an iteration space. There is one per kernel that runs, and it is moved. */
export interface Point {
  /** Along the dimensions that are being run through, outer ones first. */
  readonly coordinates: number[];
  /** Where the element of each operand lies. */
  readonly addresses: number[];
}

export const pointAt = (addresses: readonly number[]): Point => ({
  coordinates: [],
  addresses: [...addresses],
});

/** Be at every point of some dimensions in turn, the last one moving fastest. */
export function eachPoint(dimensions: readonly Dimension[], at: Point, visit: () => void, from = 0): void {
  const dimension = dimensions[from];
  if (!dimension) {
    visit();
    return;
  }
  const { size, strides } = dimension;
  const isLast = from === dimensions.length - 1;
  const depth = at.coordinates.push(0) - 1;
  for (let i = 0; i < size; i++) {
    at.coordinates[depth] = i;
    if (isLast) visit();
    else eachPoint(dimensions, at, visit, from + 1);
    move(at, strides, 1);
  }
  move(at, strides, -size);
  at.coordinates.pop();
}

function move({ addresses }: Point, strides: readonly number[], times: number): void {
  for (let i = 0; i < addresses.length; i++) addresses[i]! += times * strides[i]!;
}

/** Neighbouring points: `count` of them along the dimension after those that `at` has coordinates for. */
export interface Run {
  readonly at: Point;
  /** The coordinate of the first. */
  readonly start: number;
  readonly count: number;
  /** Of every operand, from one point to the next. */
  readonly strides: readonly number[];
}

/** The longest run. Long enough that an instruction's own cost vanishes, short enough for the processor's cache. */
export const longestRun = 1024;

/** All points of some dimensions in runs along the last one. */
export function eachRun(dimensions: readonly Dimension[], at: Point, visit: (run: Run) => void): void {
  const { size, strides } = dimensions.at(-1) ?? single(at);
  eachPoint(dimensions.slice(0, -1), at, () => {
    for (let start = 0; start < size; start += longestRun) {
      visit({ at, start, count: Math.min(longestRun, size - start), strides });
    }
  });
}

/** The run of one point that is where there are no dimensions. */
const single = ({ addresses }: Point): Dimension => ({ size: 1, strides: addresses.map(() => 0) });

export const onePoint = (at: Point): Run => ({ at, start: 0, count: 1, strides: single(at).strides });
