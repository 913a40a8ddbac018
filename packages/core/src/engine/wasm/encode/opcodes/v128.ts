import type { Code } from "../code.ts";
import {
  access,
  binary,
  laneAccess,
  load as loadWith,
  ternary,
  unary,
  vector,
  type Binary,
  type LaneAccess,
  type Load,
  type Place,
  type Ternary,
  type Unary,
} from "./form.ts";

const constant = (bytes: Iterable<number>): Code => [vector(0x0c), ...bytes];

export { constant as const };
export const load: Load = loadWith(vector(0x00));
/** The same element in every lane. */
export const load32_splat: Load = loadWith(vector(0x09));
export const load64_splat: Load = loadWith(vector(0x0a));
/** An element in the first lane, zeros in the others. */
export const load32_zero: Load = loadWith(vector(0x5c));
export const load64_zero: Load = loadWith(vector(0x5d));
export const load32_lane: LaneAccess = laneAccess(0x56);
export const load64_lane: LaneAccess = laneAccess(0x57);
export const store = (place: Place, x: Code): Code => access(vector(0x0b), place, x);
export const store32_lane: LaneAccess = laneAccess(0x5a);
export const store64_lane: LaneAccess = laneAccess(0x5b);
export const not: Unary = unary(vector(0x4d));
export const and: Binary = binary(vector(0x4e));
/** x and not y. */
export const andnot: Binary = binary(vector(0x4f));
export const or: Binary = binary(vector(0x50));
export const xor: Binary = binary(vector(0x51));
/** Bits of x where those of `mask` are set, of y elsewhere. */
export const bitselect: Ternary = ternary(vector(0x52));

/** 32-bit lanes of x (0 to 3) and y (4 to 7). */
export const shuffle32 = (x: Code, y: Code, lanes: readonly number[]): Code => [
  x,
  y,
  vector(0x0d),
  lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
];
