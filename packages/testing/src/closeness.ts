import { formatTensor, formatType, tensor, Tensor, type DType, type Numbers } from "@unroll/core";
import { coordinates } from "./coordinates.ts";

/** How far two tensors may be apart: |actual - expected| <= absolute + relative |expected|, element by element. */
export interface Tolerance {
  readonly relative?: number;
  readonly absolute?: number;
}

/** Half the distance from 1 to the next number: what one rounding adds, as a share of the result. */
export const unitRoundoff: Readonly<Record<DType, number>> = {
  f32: 2 ** -24,
  f64: 2 ** -53,
  i32: 0,
  bool: 0,
};

/**
 * Roundings that results may differ by when nobody says: a function that is off by 4 ulp, and a few sums and products.
 */
const fewRoundings = 16;

/**
 * What keeps two tensors from being close, in words; undefined when they are. Types must be equal, and NaN is close to
 * NaN and an infinity to itself. Nested arrays are taken to be of the other's type.
 *
 * The default tolerance is that of 16 roundings in the dtype, 9.5e-7 in f32 and 1.8e-15 in f64, relative to each
 * expected element. Sums that cancel need an `absolute` one.
 */
export function describeDifference(
  actual: Tensor,
  expected: Tensor | Numbers,
  tolerance: Tolerance = {},
): string | undefined {
  const { dtype } = actual.type;
  const wanted = expected instanceof Tensor ? expected : tensor(expected, { dtype });
  const [is, shouldBe] = [formatType(actual.type), formatType(wanted.type)];
  if (is !== shouldBe) return `the type is ${is} and should be ${shouldBe}`;
  const { relative = fewRoundings * unitRoundoff[dtype], absolute = 0 } = tolerance;
  const [xs, ys] = [actual.data, wanted.data];
  const isFar = (y: number, i: number): boolean => !isClose(xs[i]!, y, absolute + relative * Math.abs(y));
  const at = ys.findIndex(isFar);
  if (at < 0) return undefined;
  const [x, y] = [xs[at]!, ys[at]!];
  const far = Array.from(ys).filter(isFar).length;
  return [
    `${far} of ${xs.length} elements of ${is} differ, first${actual.shape.length > 0 ? ` at [${coordinates(at, actual.shape).join(", ")}]` : ""}: ${x} should be ${y}`,
    `(off by ${Math.abs(x - y).toExponential(2)}, tolerance ${(absolute + relative * Math.abs(y)).toExponential(2)})`,
    `actual   ${formatTensor(actual)}`,
    `expected ${formatTensor(wanted)}`,
  ].join("\n");
}

/** NaN is close to NaN alone. Equal infinities are caught by `===`, their difference being NaN. */
export const isClose = (x: number, y: number, tolerance: number): boolean =>
  x === y || (Number.isNaN(x) && Number.isNaN(y)) || (Number.isFinite(y) && Math.abs(x - y) <= tolerance);
