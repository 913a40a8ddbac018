import { describe, expect, test } from "vitest";
import { f64, i32, numbers, value } from "../../test/numbers.ts";
import {
  and,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  not,
  notEqual,
  or,
  xor,
  type BinaryFunction,
} from "../index.ts";

describe("comparisons", () => {
  const rows: readonly (readonly [string, BinaryFunction, readonly number[]])[] = [
    ["less", less, [1, 0, 0, 0]],
    ["lessEqual", lessEqual, [1, 1, 0, 0]],
    ["greater", greater, [0, 0, 1, 0]],
    ["greaterEqual", greaterEqual, [0, 1, 1, 0]],
    ["equal", equal, [0, 1, 0, 0]],
    ["notEqual", notEqual, [1, 0, 1, 1]],
  ];

  test.each(rows)("%s of smaller, equal, larger and NaN", (_, f, expected) => {
    expect(numbers(f(f64([1, 2, 3, NaN]), 2))).toEqual(expected);
    expect(numbers(f(value([1, 2, 3, NaN]), 2))).toEqual(expected);
    expect(numbers(f(i32([1, 2, 3]), 2))).toEqual(expected.slice(0, 3));
  });

  test("give bool and broadcast", () => {
    const table = less(value([[1], [2]]), value([1, 2, 3]));
    expect(table.type).toEqual({ dtype: "bool", shape: [2, 3] });
    expect(numbers(table)).toEqual([0, 1, 1, 0, 0, 1]);
  });

  test("conditions are equal or not, but in no order", () => {
    const [p, q] = [value([true, true, false]), value([true, false, false])];
    expect(numbers(equal(p, q))).toEqual([1, 0, 1]);
    expect(numbers(notEqual(p, q))).toEqual([0, 1, 0]);
    expect(() => less(p.name("p"), q)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: less: p bool[3]: less is defined on f32, f64, i32.
      Choose numbers with where(condition, x, y), or cast the condition.]
    `);
  });
});

describe("logic", () => {
  const p = value([true, true, false, false]);
  const q = value([true, false, true, false]);

  test("and, or, xor and not have their truth tables", () => {
    expect(numbers(and(p, q))).toEqual([1, 0, 0, 0]);
    expect(numbers(or(p, q))).toEqual([1, 1, 1, 0]);
    expect(numbers(xor(p, q))).toEqual([0, 1, 1, 0]);
    expect(numbers(not(p))).toEqual([0, 0, 1, 1]);
  });

  test("is for conditions", () => {
    expect(() => and(value([1, 2]).name("x"), value([1, 2]))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: and: x f32[2]: and is defined on bool.
      Compare first, e.g. greater(x, 0).]
    `);
    expect(() => or(p, 1)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: or: constant bool[4] is bool and 1 a number.
      Lift true and false with full(1, type) and full(0, type).]
    `);
  });
});
