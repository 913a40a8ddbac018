import { binary, ternary, unary, vector, type Binary, type Ternary, type Unary } from "./form.ts";

export const extend_low_i32x4_s: Unary = unary(vector(0xc7));
export const relaxed_laneselect: Ternary = ternary(vector(0x10c));
export const shl: Binary = binary(vector(0xcb));
export const shr_u: Binary = binary(vector(0xcd));
export const add: Binary = binary(vector(0xce));
export const extmul_low_i32x4_u: Binary = binary(vector(0xde));
export const extmul_high_i32x4_u: Binary = binary(vector(0xdf));
