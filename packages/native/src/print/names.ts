import type { DType } from "@unroll/core";

/** What C calls the type of an element. Truth values are 0 or 1. */
export const typeName = (dtype: DType): string => (dtype === "bool" ? "i32" : dtype);

/** A number as C writes it, so that it is read back to the bit. */
export function literal(dtype: DType, value: number): string {
  if (dtype === "i32" || dtype === "bool")
    return value === -(2 ** 31) ? "(-2147483647 - 1)" : `${Math.trunc(value)}`;
  const suffix = dtype === "f32" ? "f" : "";
  if (Number.isNaN(value)) return `__builtin_nan${suffix}("")`;
  const rounded = dtype === "f32" ? Math.fround(value) : value;
  const size =
    Math.abs(rounded) === Infinity ? `__builtin_inf${suffix}()` : decimal(Math.abs(rounded), suffix);
  return rounded < 0 || Object.is(rounded, -0) ? `-${size}` : size;
}

function decimal(value: number, suffix: string): string {
  const digits = String(value);
  return `${/[.e]/.test(digits) ? digits : `${digits}.0`}${suffix}`;
}
