import { expect, test } from "vitest";
import { fromArray } from "@unroll/core";
import { distance, matrix, nested, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { init, scrn } from "../index.ts";

const [T, I, H, C] = [5, 3, 4, 2];
const f64 = { dtype: "f64" } as const;

test("its context is the average of inputs with weights that fall by the decay", () => {
  const cell = scrn(I, H, C, { decay: 0.8 });
  const p = init(cell.params, 1, f64);
  const xs = numbers([T, 1, I], "xs");
  const [last, ys] = run(cell, p, xs);
  const expected = Array.from({ length: C }, (_, j) =>
    (nested(xs) as number[][][]).reduce((sum, [x], t) => {
      const seen = x!.reduce((z, xi, i) => z + xi * matrix(p.wc)[i]![j]!, 0);
      return sum + 0.2 * 0.8 ** (T - 1 - t) * seen;
    }, 0),
  );
  expect(distance(last.s.data, expected)).toBeLessThan(1e-15);
  expect(Array.from(ys.data.slice(-H - C))).toEqual([...last.h.data, ...last.s.data]);
});

test("a decay that is learnt is one per unit, starts from 0.95, and is a parameter only then", () => {
  const learnt = scrn(I, H, C, { decay: "learnt" });
  const p = init(learnt.params, 1, f64);
  const fixed = scrn(I, H, C);
  expect(fixed.params.q).toBeUndefined();
  const xs = numbers([T, 1, I], "xs");
  expect(distance(run(learnt, p, xs)[1].data, run(fixed, { ...p, q: undefined }, xs)[1].data)).toBeLessThan(
    1e-15,
  );
  const q = fromArray({ dtype: "f64", shape: [C] }, Float64Array.of(1000, -1000));
  const [last] = run(learnt, { ...p, q }, xs, { h: numbers([1, H], "h"), s: numbers([1, C], "s") });
  expect(last.s.data[0]).toBe(numbers([1, C], "s").data[0]);
});

test("what it cannot be is named", () => {
  expect(() => scrn(2, 3, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: scrn: context is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => scrn(2, 3, 4, { decay: 2 })).toThrowErrorMatchingInlineSnapshot(
    `
    [UnrollError: scrn: decay is 2.
    Choose a number from 0 to 1.]
  `,
  );
});
