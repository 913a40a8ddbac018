import { expect, test } from "vitest";
import { erf } from "./erf.ts";

/**
 * Abramowitz, Stegun, Handbook of Mathematical Functions, 1964, table 7.1, to its ten decimals; the digits after them
 * are from the Maclaurin series in arithmetic of 60 digits.
 */
const published: readonly (readonly [x: number, y: number])[] = [
  [0.01, 0.011283415555849616],
  [0.1, 0.1124629160182849],
  [0.2, 0.22270258921047845],
  [0.3, 0.32862675945912745],
  [0.4, 0.42839235504666845],
  [0.5, 0.5204998778130465],
  [0.6, 0.6038560908479259],
  [0.8, 0.7421009647076605],
  [1.0, 0.8427007929497149],
  [1.2, 0.9103139782296353],
  [1.4, 0.9522851197626488],
  [1.5, 0.9661051464753108],
  [1.6, 0.976348383344644],
  [1.8, 0.9890905016357308],
  [2.0, 0.9953222650189527],
  [2.5, 0.999593047982555],
  [3.0, 0.9999779095030014],
  [4.0, 0.9999999845827421],
];

test.each(published)("erf(%d) is right to 1e-15 of its value, and odd", (x, y) => {
  expect(Math.abs(erf(x) / y - 1)).toBeLessThan(1e-15);
  expect(erf(-x)).toBe(-erf(x));
});

test("erf is the same on both sides of where its formula changes", () => {
  expect(erf(1.5 + 1e-15) / erf(1.5 - 1e-15) - 1).toBeLessThan(1e-15);
});

test("erf has limits, keeps tiny numbers and the sign of zero, and passes NaN on", () => {
  expect([Infinity, -Infinity, 6, 0, -0, NaN].map(erf)).toEqual([1, -1, 1, 0, -0, NaN]);
  expect(erf(1e-300) / 1e-300).toBeCloseTo(1.1283791670955126, 14);
});
