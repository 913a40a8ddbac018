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

export const splat: Unary = unary(vector(0x14));
export const extract_lane: Extract = extract(0x21);
export const replace_lane: Replace = replace(0x22);
export const eq: Binary = binary(vector(0x47));
export const ne: Binary = binary(vector(0x48));
export const lt: Binary = binary(vector(0x49));
export const gt: Binary = binary(vector(0x4a));
export const le: Binary = binary(vector(0x4b));
export const floor: Unary = unary(vector(0x75));
export const nearest: Unary = unary(vector(0x94));
export const abs: Unary = unary(vector(0xec));
export const neg: Unary = unary(vector(0xed));
export const sqrt: Unary = unary(vector(0xef));
export const add: Binary = binary(vector(0xf0));
export const sub: Binary = binary(vector(0xf1));
export const mul: Binary = binary(vector(0xf2));
export const div: Binary = binary(vector(0xf3));
export const min: Binary = binary(vector(0xf4));
export const max: Binary = binary(vector(0xf5));
export const pmin: Binary = binary(vector(0xf6));
export const pmax: Binary = binary(vector(0xf7));
export const convert_low_i32x4_s: Unary = unary(vector(0xfe));
export const promote_low_f32x4: Unary = unary(vector(0x5f));
export const relaxed_madd: Ternary = ternary(vector(0x107));
