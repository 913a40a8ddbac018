import { expect, test } from "vitest";
import { param, state, zeros } from "../index.ts";

test("specs are data, and copy their shapes", () => {
  const shape = [3, 4];
  const spec = param(shape, zeros);
  shape[0] = 5;
  expect(spec.shape).toEqual([3, 4]);
  expect(state(7).shape).toEqual([7]);
  expect(state([]).shape).toEqual([]);
  expect(state([2, 3], { dtype: "i32", init: 4 })).toMatchObject({ shape: [2, 3], dtype: "i32", init: 4 });
});

test("sizes that are none are refused", () => {
  expect(() => param([3, 0], zeros)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: param: [3, 0] is no shape.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => state(-1)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: state: [-1] is no shape.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => state([2, 1.5])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: state: [2, 1.5] is no shape.
    Sizes are whole numbers from 1 on.]
  `);
});

test("a state starts from a number of its dtype", () => {
  expect(() => state(1, { dtype: "i32", init: 0.5 })).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: state: 0.5 is no i32.
    Choose another init, or another dtype.]
  `);
  expect(() => state(1, { dtype: "bool", init: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: state: 2 is no bool.
    Choose another init, or another dtype.]
  `);
  expect(state(1, { dtype: "bool", init: 1 }).init).toBe(1);
});
