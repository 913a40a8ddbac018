import { signed, type Code } from "../code.ts";
import { binary, load as loadWith, unary, type Binary, type Load, type Unary } from "./form.ts";

const constant = (n: number): Code => [0x41, signed(n)];

export { constant as const };
export const load: Load = loadWith(0x28);
export const eqz: Unary = unary(0x45);
export const eq: Binary = binary(0x46);
export const ne: Binary = binary(0x47);
export const lt_s: Binary = binary(0x48);
export const lt_u: Binary = binary(0x49);
export const add: Binary = binary(0x6a);
export const sub: Binary = binary(0x6b);
export const mul: Binary = binary(0x6c);
export const div_s: Binary = binary(0x6d);
export const rem_s: Binary = binary(0x6f);
export const rem_u: Binary = binary(0x70);
export const and: Binary = binary(0x71);
export const or: Binary = binary(0x72);
export const shl: Binary = binary(0x74);
export const shr_s: Binary = binary(0x75);
export const shr_u: Binary = binary(0x76);

/** One of two values, by an i32. */
export const select = (x: Code, y: Code, when: Code): Code => [x, y, when, 0x1b];
