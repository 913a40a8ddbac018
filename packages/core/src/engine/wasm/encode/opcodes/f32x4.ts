import {
  binary,
  extract,
  replace,
  ternary,
  unary,
  vector,
  type Binary,
  type Extract,
  type Replace,
  type Ternary,
  type Unary,
} from "./form.ts";

export const splat: Unary = unary(vector(0x13));
export const extract_lane: Extract = extract(0x1f);
export const replace_lane: Replace = replace(0x20);
export const eq: Binary = binary(vector(0x41));
export const ne: Binary = binary(vector(0x42));
export const lt: Binary = binary(vector(0x43));
export const gt: Binary = binary(vector(0x44));
export const le: Binary = binary(vector(0x45));
export const floor: Unary = unary(vector(0x68));
export const nearest: Unary = unary(vector(0x6a));
export const abs: Unary = unary(vector(0xe0));
export const neg: Unary = unary(vector(0xe1));
export const sqrt: Unary = unary(vector(0xe3));
export const add: Binary = binary(vector(0xe4));
export const sub: Binary = binary(vector(0xe5));
export const mul: Binary = binary(vector(0xe6));
export const div: Binary = binary(vector(0xe7));
export const min: Binary = binary(vector(0xe8));
export const max: Binary = binary(vector(0xe9));
/** The lesser one; x if one is NaN or both are 0. */
export const pmin: Binary = binary(vector(0xea));
export const pmax: Binary = binary(vector(0xeb));
export const convert_i32x4_s: Unary = unary(vector(0xfa));
export const demote_f64x2_zero: Unary = unary(vector(0x5e));
export const relaxed_madd: Ternary = ternary(vector(0x105));
