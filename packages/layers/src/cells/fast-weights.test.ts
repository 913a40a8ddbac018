import { expect, test } from "vitest";
import { matrix, distance, nested, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { fastWeights, init } from "../index.ts";

const [T, B, I, H] = [4, 2, 3, 4];
const f64 = { dtype: "f64" } as const;

test("the fast weights of each sequence are its states times themselves, and fade", () => {
  const cell = fastWeights(I, H, { decay: 0.8, rate: 0.3 });
  const [last, hs] = run(cell, init(cell.params, 1, f64), numbers([T, B, I], "xs"));
  const expected = Array.from({ length: B }, (_, b) =>
    Array.from({ length: H * H }, (_, ij) =>
      (nested(hs) as number[][][]).reduce((sum, rows, t) => {
        const h = rows[b]!;
        return sum + 0.3 * 0.8 ** (T - 1 - t) * h[Math.floor(ij / H)]! * h[ij % H]!;
      }, 0),
    ),
  );
  expect(Math.max(...expected.flat())).toBeGreaterThan(0.1);
  expect(distance(last.a.data, expected.flat())).toBeLessThan(1e-14);
});

test("a state is attracted by those before it in proportion to its products with them", () => {
  // Without norm and rectifier one iteration is z + rate sum of decay^(t - s) h_s <h_s, z>.
  const cell = fastWeights(I, H, { decay: 0.8, rate: 0.3, layerNorm: false, activation: (x) => x });
  const p = init(cell.params, 1, f64);
  const xs = numbers([T, 1, I], "xs", 0.5);
  const hs = (nested(run(cell, p, xs)[1]) as number[][][]).map(([h]) => h!);
  const last = T - 1;
  const z = Array.from({ length: H }, (_, j) => {
    const x = (nested(xs) as number[][][])[last]![0]!;
    const fromX = x.reduce((sum, xi, i) => sum + xi * matrix(p.wx)[i]![j]!, p.b.data[j]!);
    return hs[last - 1]!.reduce((sum, h, i) => sum + h * matrix(p.wh)[i]![j]!, fromX);
  });
  const expected = z.map((zj, j) =>
    hs.slice(0, last).reduce((sum, h, s) => {
      const product = h.reduce((inner, hi, i) => inner + hi * z[i]!, 0);
      return sum + 0.3 * 0.8 ** (last - 1 - s) * h[j]! * product;
    }, zj),
  );
  expect(distance(hs[last]!, expected)).toBeLessThan(1e-14);
});

test("it has a norm unless told, and starts from a small part of the identity", () => {
  expect(fastWeights(I, H, { layerNorm: false }).params.norm).toBeUndefined();
  expect([...init(fastWeights(1, 2).params, 1, f64).wh.data]).toEqual([0.05, 0, 0, 0.05]);
});

test("what it cannot be is named", () => {
  expect(() => fastWeights(2, 3, { iterations: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: fastWeights: iterations is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => fastWeights(2, 3, { decay: -1 })).toThrowErrorMatchingInlineSnapshot(
    `
    [UnrollError: fastWeights: decay is -1.
    Choose a number from 0 to 1.]
  `,
  );
});
