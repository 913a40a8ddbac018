/** The inner product. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** x + t d. */
export const along = (x: Float64Array, t: number, d: Float64Array): Float64Array =>
  x.map((n, i) => n + t * d[i]!);

/** t x. */
export const scaled = (t: number, x: Float64Array): Float64Array => x.map((n) => t * n);

/** a - b. */
export const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((n, i) => n - b[i]!);

/** The sum of sizes. */
export const sumOfSizes = (x: Float64Array): number => x.reduce((sum, n) => sum + Math.abs(n), 0);

/** The largest size. */
export const largestSize = (x: Float64Array): number => x.reduce((most, n) => Math.max(most, Math.abs(n)), 0);
