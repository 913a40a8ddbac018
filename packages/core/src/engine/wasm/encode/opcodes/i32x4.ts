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

export const splat: Unary = unary(vector(0x11));
export const extract_lane: Extract = extract(0x1b);
export const replace_lane: Replace = replace(0x1c);
export const eq: Binary = binary(vector(0x37));
export const ne: Binary = binary(vector(0x38));
export const lt_s: Binary = binary(vector(0x39));
export const lt_u: Binary = binary(vector(0x3a));
export const gt_s: Binary = binary(vector(0x3b));
export const le_s: Binary = binary(vector(0x3d));
export const abs: Unary = unary(vector(0xa0));
export const neg: Unary = unary(vector(0xa1));
export const shl: Binary = binary(vector(0xab));
export const shr_s: Binary = binary(vector(0xac));
export const shr_u: Binary = binary(vector(0xad));
export const add: Binary = binary(vector(0xae));
export const sub: Binary = binary(vector(0xb1));
export const mul: Binary = binary(vector(0xb5));
export const min_s: Binary = binary(vector(0xb6));
export const max_s: Binary = binary(vector(0xb8));
/** Lanes of x where those of the mask have all bits set, of y where they have none. */
export const relaxed_laneselect: Ternary = ternary(vector(0x10b));
export const trunc_sat_f32x4_s: Unary = unary(vector(0xf8));
export const trunc_sat_f64x2_s_zero: Unary = unary(vector(0xfc));
