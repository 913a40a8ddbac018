import { describe, expect, test } from "vitest";
import { derivative, f64, i32, numbers, value } from "../../test/numbers.ts";
import {
  add,
  constant,
  DTypeError,
  elementwise,
  evaluate,
  input,
  less,
  mul,
  neg,
  sin,
  tensor,
  type Operand,
  type Value,
} from "../index.ts";

const cube: (x: Operand) => Value = elementwise("cube", {
  scalar: (s, x) => s.multiply(x, s.multiply(x, x)),
  vjp: (dy, [x]) => [mul(3, x, x, dy)],
});

describe("an op of one's own", () => {
  test("is its scalar expression at every point", () => {
    expect(numbers(cube(value([1, 2, -3])))).toEqual([1, 8, -27]);
  });

  test("has derivatives of every order from one rule", () => {
    expect(derivative(cube, [2], 1)).toEqual([12]);
    expect(derivative(cube, [2], 2)).toEqual([12]);
    expect(derivative(cube, [2], 3)).toEqual([6]);
    expect(derivative(cube, [2], 4)).toEqual([0]);
  });

  test("can be given to map, which passes an index and an array as well", () => {
    expect([value(1), value(2)].map(cube).map(numbers)).toEqual([[1], [8]]);
  });
});

describe("operands", () => {
  test("a number takes the dtype of its neighbour", () => {
    expect(add(i32([1, 2]), 3).type).toEqual({ dtype: "i32", shape: [2] });
    expect(add(0.5, f64([1, 2])).type).toEqual({ dtype: "f64", shape: [2] });
    expect(numbers(add(0.5, f64([1, 2])))).toEqual([1.5, 2.5]);
  });

  test("shapes broadcast as in NumPy", () => {
    const sums = add(value([[1], [2]]), value([10, 20, 30]));
    expect(sums.shape).toEqual([2, 3]);
    expect(numbers(sums)).toEqual([11, 21, 31, 12, 22, 32]);
    expect(add(value([[1]]), value([])).shape).toEqual([1, 0]);
  });

  test("numbers alone have no dtype", () => {
    expect(() => add(1, 2)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: add: at least one operand must be a Value.
      Numbers have no dtype: lift one with full(number, type).]
    `);
  });

  test("a fraction does not become an i32 silently", () => {
    expect(() => mul(i32([1, 2]).name("count"), 0.5)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: mul: 0.5 is not an i32, as count i32[2] is.
      Convert it first: cast(count, "f32").]
    `);
  });

  test("a finite number does not become an infinity silently", () => {
    const x = input({ dtype: "f32", shape: [2] }, "x");
    expect(() => mul(1e39, x)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: mul: 1e+39 is beyond f32, which x f32[2] is.
      It ends at 3.4e38. Where an infinity is meant, write Infinity.]
    `);
    // From half of a last place above the largest f32 on, numbers are rounded to infinity.
    const limit = (2 - 2 ** -24) * 2 ** 127;
    for (const number of [limit, -limit, Number.MAX_VALUE]) expect(() => add(x, number)).toThrow(DTypeError);
    const legal = [limit - 2 ** 76, Infinity, -Infinity, NaN];
    const f32 = tensor([0]);
    expect(legal.map((number) => numbers(add(constant(f32), number))[0])).toEqual(legal.map(Math.fround));
    expect(numbers(mul(f64([1]), 1e39))).toEqual([1e39]);
  });

  test("dtypes are not promoted", () => {
    expect(() => add(value(1).name("x"), i32(1).name("n"))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: add: x f32[] and n i32[] differ in dtype.
      Dtypes are not promoted: cast(n, "f32").]
    `);
  });

  test("there is no arithmetic on conditions", () => {
    const isSmall = less(value([1, 2]), 2);
    expect(() => mul(isSmall, isSmall)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: mul: less bool[2]: mul is defined on f32, f64, i32.
      Choose numbers with where(condition, x, y), or cast the condition.]
    `);
    expect(() => mul(isSmall, 2)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: mul: less bool[2]: mul is defined on f32, f64, i32.
      Choose numbers with where(condition, x, y), or cast the condition.]
    `);
  });

  test("functions of real numbers refuse integers", () => {
    expect(() => sin(i32([1]))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: sin: constant i32[1]: sin is defined on f32, f64.
      Convert it first: cast(x, "f32").]
    `);
  });

  test("what is no value is named with a guess at what was meant", () => {
    const x = value([1, 2]);
    expect(() => add(x, tensor([1, 2]) as unknown as Value)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: add: operand 2 is a Tensor.
      Pass it as an argument of the compiled function, or lift it with constant(tensor).]
    `);
    expect(() => add(x, { step: () => x } as unknown as Value)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: add: operand 2 is a cell.
      Did you forget to call its step?]
    `);
    expect(() => (add as (x: Value) => Value)(x)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: add: operand 2 is undefined.
      Expected a Value.]
    `);
  });

  test("shapes that do not broadcast are named with the axis", () => {
    const h = value([
      [1, 2, 3],
      [4, 5, 6],
    ]).name("h");
    expect(() => add(h, value([1, 2, 3, 4]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: add: h f32[2, 3] and constant f32[4] do not broadcast: axis -1 is 3 and 4.]`,
    );
    expect(() => mul(h, value([1, 2]).name("mask"))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: mul: h f32[2, 3] and mask f32[2] do not broadcast: axis -1 is 3 and 2.
      A value per row must be [2, 1]: unsqueeze(mask, 1).]
    `);
  });

  test("neg of a value is a value of its type", () => {
    expect(evaluate(neg(i32([[1], [2]]))).type).toEqual({ dtype: "i32", shape: [2, 1] });
  });
});
