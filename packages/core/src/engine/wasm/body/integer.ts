import type { Code } from "../encode/code.ts";
import type { Operation } from "./float.ts";
import * as i32 from "../encode/opcodes/i32.ts";
import * as i32x4 from "../encode/opcodes/i32x4.ts";
import * as i64x2 from "../encode/opcodes/i64x2.ts";
import * as v128 from "../encode/opcodes/v128.ts";
import type { Site } from "./site.ts";

/** Instructions on i32 that have a vector form. */
export const integerOperations: Readonly<Record<string, Operation>> = {
  negate: i32x4.neg,
  abs: i32x4.abs,
  not: v128.not,
  add: i32x4.add,
  subtract: i32x4.sub,
  multiply: i32x4.mul,
  min: i32x4.min_s,
  max: i32x4.max_s,
  equal: i32x4.eq,
  less: i32x4.lt_s,
  lessEqual: i32x4.le_s,
  and: v128.and,
  or: v128.or,
  xor: v128.xor,
  // The upper words of the products of lanes 0 and 1, then of 2 and 3.
  multiplyHighUnsigned: (x, y) =>
    v128.shuffle32(i64x2.extmul_low_i32x4_u(x, y), i64x2.extmul_high_i32x4_u(x, y), [1, 3, 5, 7]),
};

/** Instructions on truth values, which are masks. */
export const booleanOperations: Readonly<Record<string, Operation>> = {
  not: v128.not,
  and: v128.and,
  or: v128.or,
  xor: v128.xor,
  min: v128.and,
  max: v128.or,
  equal: (x, y) => v128.not(v128.xor(x, y)),
  less: (x, y) => v128.andnot(y, x),
  lessEqual: (x, y) => v128.or(v128.not(x), y),
};

const shifts: Readonly<Record<string, { readonly vector: Operation; readonly scalar: Operation }>> = {
  shiftLeft: { vector: i32x4.shl, scalar: i32.shl },
  shiftRight: { vector: i32x4.shr_s, scalar: i32.shr_s },
  shiftRightUnsigned: { vector: i32x4.shr_u, scalar: i32.shr_u },
};

/** A shift by a count that all lanes share, when it is known, or else by one that each lane has for itself. */
export function shift(site: Site, op: string, x: Code, y: Code, count: number | undefined): Code {
  const { vector, scalar } = shifts[op]!;
  return count === undefined ? byLane(site, x, y, scalar) : vector(x, i32.const(count & 31));
}

export const isShift = (op: string): boolean => op in shifts;

/** Quotients: the processor has them lane by lane only, and stops the program at what is not representable. */
export const divide = (site: Site, x: Code, y: Code): Code =>
  byLane(site, x, y, (a, b) => {
    const isZero = i32.eqz(b);
    // The smallest i32 by -1 is not an i32; the negation, which wraps, is what is wanted.
    const isMinusOne = i32.eq(b, i32.const(-1));
    const divisor = i32.select(i32.const(1), b, i32.or(isZero, isMinusOne));
    const quotient = i32.select(i32.sub(i32.const(0), a), i32.div_s(a, divisor), isMinusOne);
    return i32.select(i32.const(0), quotient, isZero);
  });

export const remainder = (site: Site, x: Code, y: Code): Code =>
  byLane(site, x, y, (a, b) => {
    const isZero = i32.eqz(b);
    return i32.select(i32.const(0), i32.rem_s(a, i32.select(i32.const(1), b, isZero)), isZero);
  });

function byLane(site: Site, x: Code, y: Code, operation: Operation): Code {
  let result = x;
  for (let lane = 0; lane < site.count; lane++) {
    const a = site.temporary(i32x4.extract_lane(lane, x), "i32");
    const b = site.temporary(i32x4.extract_lane(lane, y), "i32");
    result = i32x4.replace_lane(lane, result, operation(a, b));
  }
  return result;
}
