import type { Code } from "../encode/code.ts";
import type { Emission } from "../emission.ts";
import * as f32x4 from "../encode/opcodes/f32x4.ts";
import * as f64x2 from "../encode/opcodes/f64x2.ts";
import * as i32 from "../encode/opcodes/i32.ts";
import * as i32x4 from "../encode/opcodes/i32x4.ts";
import * as i64x2 from "../encode/opcodes/i64x2.ts";
import * as v128 from "../encode/opcodes/v128.ts";
import { narrowMask } from "./site.ts";

/** Of one operand or two. */
export type Operation = (x: Code, y: Code) => Code;

const operations = (
  of: typeof f32x4 | typeof f64x2,
  mask: (x: Code) => Code,
): Readonly<Record<string, Operation>> => ({
  negate: of.neg,
  abs: of.abs,
  sqrt: of.sqrt,
  floor: of.floor,
  nearest: of.nearest,
  add: of.add,
  subtract: of.sub,
  multiply: of.mul,
  divide: of.div,
  min: of.min,
  max: of.max,
  equal: (x, y) => mask(of.eq(x, y)),
  less: (x, y) => mask(of.lt(x, y)),
  lessEqual: (x, y) => mask(of.le(x, y)),
});

/** Instructions on floats that are one instruction of the processor, or little more. */
export const floatOperations: Readonly<Record<"f32" | "f64", Readonly<Record<string, Operation>>>> = {
  f32: operations(f32x4, (x) => x),
  f64: operations(f64x2, narrowMask),
};

/**
 * The lesser or greater of x and a constant, in one instruction in place of eight: the order of its operands is what
 * keeps NaN. It takes x when both are 0, so constants for which that is wrong are left to the general form.
 */
export function extreme(
  op: "min" | "max",
  dtype: "f32" | "f64",
  x: Code,
  constant: Code,
  value: number,
): Code {
  const of = dtype === "f32" ? f32x4 : f64x2;
  const isGeneral = Number.isNaN(value) || Object.is(value, op === "min" ? -0 : 0);
  return (isGeneral ? of[op] : op === "min" ? of.pmin : of.pmax)(x, constant);
}

/** x y + z. */
export function multiplyAdd({ target }: Emission, dtype: "f32" | "f64", x: Code, y: Code, z: Code): Code {
  const of = dtype === "f32" ? f32x4 : f64x2;
  return target.relaxed ? of.relaxed_madd(x, y, z) : of.add(of.mul(x, y), z);
}

// A float is m 2^n: below the sign it holds n plus the bias, then the digits of m.
const formats = { f32: { digits: 23, bias: 127 }, f64: { digits: 52, bias: 1023 } } as const;

/**
 * A whole number of which only the last 22 bits matter, as i32: added to a number that has room for them at its end.
 */
export function smallInteger({ constants }: Emission, dtype: "f32" | "f64", x: Code): Code {
  if (dtype === "f64") return evenWords(f64x2.add(x, constants.f64(1.5 * 2 ** 52)));
  const room = constants.f32(1.5 * 2 ** 23);
  return i32x4.sub(f32x4.add(x, room), room);
}

/** n of a normal x = m 2^n. */
export function exponent({ constants }: Emission, dtype: "f32" | "f64", x: Code): Code {
  const { digits, bias } = formats[dtype];
  const shifted =
    dtype === "f32" ? i32x4.shr_u(x, i32.const(digits)) : evenWords(i64x2.shr_u(x, i32.const(digits)));
  // Without the sign, which stands above.
  const biased = v128.and(shifted, constants.i32(2 * bias + 1));
  return i32x4.sub(biased, constants.i32(bias));
}

/** x 2^n, where 2^n is normal: a product, so that a result that is not is rounded as products are. */
export function scale({ constants }: Emission, dtype: "f32" | "f64", x: Code, n: Code): Code {
  const { digits, bias } = formats[dtype];
  if (dtype === "f32") return f32x4.mul(x, i32x4.shl(i32x4.add(n, constants.i32(bias)), i32.const(digits)));
  const biased = i64x2.add(i64x2.extend_low_i32x4_s(n), constants.i64(BigInt(bias)));
  return f64x2.mul(x, i64x2.shl(biased, i32.const(digits)));
}

const evenWords = (x: Code): Code => v128.shuffle32(x, x, [0, 2, 0, 2]);
