import { expect, test } from "vitest";
import { erf } from "./erf.ts";

/**
 * Abramowitz, Stegun, Handbook of Mathematical Functions, 1964, table 7.1, to its ten decimals. Further digits from the
 * Maclaurin series in arithmetic of 60 digits.
 */
const published: readonly (readonly [x: number, y: number])[] = [
  [0.01, 0.0112834155558496169159],
  [0.1, 0.11246291601828489220327],
  [0.2, 0.22270258921047845414013],
  [0.3, 0.32862675945912742763891],
  [0.4, 0.4283923550466684551036],
  [0.5, 0.52049987781304653768274],
  [0.6, 0.60385609084792592256262],
  [0.8, 0.74210096470766048616711],
  [1.0, 0.84270079294971486934122],
  [1.2, 0.9103139782296353802384],
  [1.4, 0.95228511976264881051648],
  [1.5, 0.96610514647531072706697],
  [1.6, 0.97634838334464400777428],
  [1.8, 0.98909050163573071418373],
  [2.0, 0.99532226501895273416206],
  [2.5, 0.99959304798255504106043],
  [3.0, 0.99997790950300141455862],
  [4.0, 0.99999998458274209971998],
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
