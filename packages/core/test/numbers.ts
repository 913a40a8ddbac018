import { constant, evaluate, gradient, mul, sum, tensor, type Numbers, type Value } from "../src/index.ts";

/** Given numbers as a value, f64 for close comparisons. */
export const f64 = (data: Numbers): Value => constant(tensor(data, { dtype: "f64" }));

/** Given numbers as a value: f32 unless they are booleans or an integer array. */
export const value = (data: Numbers): Value => constant(tensor(data));

/** Given whole numbers as a value. */
export const i32 = (data: Numbers): Value => constant(tensor(data, { dtype: "i32" }));

/** The elements that a value has, row-major. */
export const numbers = (y: Value): number[] => [...evaluate(y).data];

/** What an elementwise function's derivative of the given order is at each of some points, in f64. */
export function derivative(f: (x: Value) => Value, at: readonly number[], order = 1): number[] {
  const x = f64(at);
  let y = f(x);
  for (let i = 0; i < order; i++) y = gradient(sum(y), x, { allowUnused: true });
  return numbers(y);
}

/** The cotangent of x that f makes of ones. */
export const slope = (f: (x: Value) => Value, x: Value): Value => gradient(sum(f(x)), x);

/** The cotangent of x that f makes of dy. */
export const slopeOf = (f: (x: Value) => Value, x: Value, dy: Value): Value =>
  gradient(sum(mul(f(x), dy)), x);
