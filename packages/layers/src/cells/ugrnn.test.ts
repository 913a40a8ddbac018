import { expect, test } from "vitest";
import { numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { init, ugrnn } from "../index.ts";

const f64 = { dtype: "f64" } as const;

test("a gate of 1 keeps the state, one of 0 takes the candidate, and it starts from its bias alone", () => {
  const start = { h: numbers([2, 3], "h") };
  const after = (gateBias: number) => {
    const cell = ugrnn(2, 3, { gateBias });
    return run(cell, init(cell.params, 1, f64), numbers([1, 2, 2], "x"), start)[1].data;
  };
  expect(after(1000)).toEqual(start.h.data);
  expect(Math.max(...after(-1000).map(Math.abs))).toBeLessThan(1);
  expect([...init(ugrnn(1, 2).params, 1).b.data]).toEqual([1, 1, 0, 0]);
});

test("a size that is none is named", () => {
  expect(() => ugrnn(0, 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: ugrnn: inputs is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
