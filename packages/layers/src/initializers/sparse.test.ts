import { describe, expect, test } from "vitest";
import { hostRandom, type Init, type Shape } from "@unroll/core";
import { init, rnn, sparse, spectralRadius } from "../index.ts";

const draw = (init: Init, shape: Shape, seed = 1): number[] => Array.from(init(shape, hostRandom(seed, "w")));

/** The numbers of column j that are not 0, by row. */
const column = (w: readonly number[], columns: number, j: number): (readonly [number, number])[] =>
  w.flatMap((x, i) => (i % columns === j && x !== 0 ? [[Math.floor(i / columns), x] as const] : []));

test("every unit has so many weights, and others than the next", () => {
  const w = draw(sparse(5), [20, 30]);
  const rows = Array.from({ length: 30 }, (_, j) => column(w, 30, j).map(([row]) => row));
  for (const chosen of rows) expect(chosen).toHaveLength(5);
  expect(new Set(rows.map((chosen) => chosen.join())).size).toBeGreaterThan(25);
  expect(draw(sparse(3), [3, 2]).filter((x) => x !== 0)).toHaveLength(6);
});

test("every input is as likely as any other", () => {
  const w = draw(sparse(2), [8, 4000]);
  for (let row = 0; row < 8; row++) {
    const count = w.slice(4000 * row, 4000 * (row + 1)).filter((x) => x !== 0).length;
    // A quarter of 4000, with five deviations of a binomial.
    expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(4000 * 0.25 * 0.75));
  }
});

test("weights are normal with the deviation that is asked for", () => {
  const w = draw(sparse(10, { deviation: 2 }), [100, 2000]).filter((x) => x !== 0);
  const n = w.length;
  expect(n).toBe(20_000);
  const [mean, square] = [w.reduce((s, x) => s + x, 0) / n, w.reduce((s, x) => s + x * x, 0) / n];
  expect(Math.abs(mean)).toBeLessThan((5 * 2) / Math.sqrt(n));
  expect(Math.abs(square - 4)).toBeLessThan(5 * Math.sqrt(2 / n) * 4);
});

test("with a spectral radius it has that one, and zeros where it had them", () => {
  const [plain, scaled] = [draw(sparse(4), [30, 30]), draw(sparse(4, { spectralRadius: 1.1 }), [30, 30])];
  expect(spectralRadius(scaled)).toBeCloseTo(1.1, 12);
  expect(scaled.map((x) => x === 0)).toEqual(plain.map((x) => x === 0));
  const recurrentInit = sparse(1, { spectralRadius: 0.9 });
  expect(spectralRadius(init(rnn(2, 6, { recurrentInit }).params, 1, { dtype: "f64" }).wh.data)).toBeCloseTo(
    0.9,
    12,
  );
});

describe("errors", () => {
  test("fewer inputs than weights", () => {
    expect(() => draw(sparse(15), [10, 20])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: sparse: [10, 20] has less than 15 inputs.]`,
    );
  });
  test("a spectral radius of gates side by side", () => {
    expect(() => draw(sparse(2, { spectralRadius: 1 }), [4, 16])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: sparse: [4, 16] is not square and has no spectral radius.
      Draw it without; of several gates side by side, each has one of its own.]
    `);
  });
  test("no matrix, no number", () => {
    expect(() => draw(sparse(2), [4])).toThrow("sparse: [4] is no matrix");
    expect(() => sparse(0)).toThrow("sparse: count is 0");
  });
});
