import type { DType } from "../../../tensor/type.ts";
import type { Code, Local, ValueType } from "../encode/code.ts";
import type { Emission } from "../emission.ts";
import type { FunctionBuilder } from "../encode/function.ts";
import * as i32x4 from "../encode/opcodes/i32x4.ts";
import * as i64x2 from "../encode/opcodes/i64x2.ts";
import * as v128 from "../encode/opcodes/v128.ts";
import type { Lanes } from "../kernel/lanes.ts";

/** Where an instruction is computed, and on how many elements at once. */
export interface Site {
  readonly f: FunctionBuilder;
  readonly emission: Emission;
  readonly lanes: Lanes;
  /** The lanes that matter. */
  readonly count: number;
  /** A local with a value, until the instruction is finished. */
  temporary(value: Code, type?: ValueType): Local;
}

/** A vector whose lanes are all the same number. */
export function splat({ constants }: Emission, dtype: DType, value: number): Code {
  switch (dtype) {
    case "f32":
      return constants.f32(value);
    case "f64":
      return constants.f64(value);
    case "i32":
      return constants.i32(value);
    case "bool":
      return constants.i32(-value);
  }
}

// Truth values are masks of 32-bit lanes, also beside f64, whose two masks of 64 bits are cut in half.

export const narrowMask = (mask: Code): Code => v128.shuffle32(mask, mask, [0, 2, 0, 2]);

export const widenMask = (mask: Code): Code => i64x2.extend_low_i32x4_s(mask);

/** A mask as wide as the lanes of a dtype. */
export const maskFor = (dtype: DType, mask: Code): Code => (dtype === "f64" ? widenMask(mask) : mask);

/** Lanes of x where a mask is set, of y elsewhere. */
export function selectLanes({ target }: Emission, dtype: DType, mask: Code, x: Code, y: Code): Code {
  const wide = maskFor(dtype, mask);
  // One instruction in place of three. It is relaxed only for masks that are set in part.
  if (target.relaxed) return (dtype === "f64" ? i64x2 : i32x4).relaxed_laneselect(x, y, wide);
  return v128.bitselect(x, y, wide);
}
