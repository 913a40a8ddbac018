import { describe, expect, test } from "vitest";
import { derivative, f64, i32, numbers, value } from "../../test/numbers.ts";
import { div, full, gradient, greater, input, log, mul, sqrt, sum, where, type Value } from "../index.ts";

describe("where", () => {
  const condition = value([true, false, true]);

  test("chooses point by point, of every dtype", () => {
    expect(numbers(where(condition, value([1, 2, 3]), value([10, 20, 30])))).toEqual([1, 20, 3]);
    expect(numbers(where(condition, i32([1, 2, 3]), 0))).toEqual([1, 0, 3]);
    expect(numbers(where(condition, value([true, true, true]), condition))).toEqual([1, 0, 1]);
  });

  test("a condition per row is a column, and a scalar condition chooses everything", () => {
    const h = value([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(numbers(where(value([[true], [false]]), h, 0))).toEqual([1, 2, 3, 0, 0, 0]);
    expect(numbers(where(value(false), h, mul(h, 10)))).toEqual([10, 20, 30, 40, 50, 60]);
    expect(numbers(where(condition, full(1, { dtype: "f32", shape: [] }), 0))).toEqual([1, 0, 1]);
  });

  test("a condition of another rank is refused, with the remedy for rows", () => {
    const mask = input({ dtype: "bool", shape: [20] });
    const h = input({ dtype: "f32", shape: [20, 9] });
    expect(() => where(mask, h, 0)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: where: the condition bool[20] has rank 1, the choice f32[20, 9] rank 2.
      A condition per row is [20, 1]: unsqueeze it.]
    `);
    // Also where NumPy's rule would silently choose columns.
    const square = input({ dtype: "f32", shape: [20, 20] }, "h");
    expect(() => where(mask, square, 0)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: where: the condition bool[20] has rank 1, the choice h f32[20, 20] rank 2.
      A condition per row is [20, 1]: unsqueeze it.]
    `);
    const table = input({ dtype: "bool", shape: [20, 9] });
    expect(() => where(table, mask, mask)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: where: the condition bool[20, 9] has rank 2, the choice bool[20] and bool[20] rank 1.
      Give it the rank of what it selects, with unsqueeze or reshape.]
    `);
  });

  test("a condition that does not fit is refused", () => {
    const h = input({ dtype: "f32", shape: [20, 9] }, "h");
    expect(() =>
      where(input({ dtype: "bool", shape: [3, 9] }, "mask"), h, 0),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: where: mask bool[3, 9] and h f32[20, 9] do not broadcast: axis -2 is 3 and 20.]`,
    );
    expect(() => where(h, h, 0)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: where: the condition h f32[20, 9] is not bool.
      Compare first, e.g. greater(x, 0).]
    `);
  });

  test("choices need a dtype, and the same one", () => {
    expect(() => where(condition, 1, 0)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: where: the choices are the numbers 1 and 0, which have no dtype.
      Lift one with full(1, type), or cast the condition.]
    `);
    expect(() => where(condition, value([1, 2, 3]), i32([1, 2, 3]))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: where: constant f32[3] and constant i32[3] differ in dtype.
      Dtypes are not promoted: cast(x, "f32").]
    `);
    expect(() => where(condition, i32([1, 2, 3]), 0.5)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: where: 0.5 is not an i32, as constant i32[3] is.
      Convert it first: cast(x, "f32").]
    `);
  });
});

describe("its gradient", () => {
  test("flows into the side that was taken", () => {
    const [x, y] = [f64([1, 2]), f64([3, 4])];
    const { dx, dy } = gradient(sum(mul(where(value([true, false]), x, y), f64([5, 7]))), { dx: x, dy: y });
    expect([numbers(dx), numbers(dy)]).toEqual([
      [5, 0],
      [0, 7],
    ]);
  });

  test("sums over what was repeated", () => {
    const x = f64([[1], [2]]);
    const dx = gradient(
      sum(
        where(
          value([
            [true, false, true],
            [true, true, true],
          ]),
          x,
          0,
        ),
      ),
      x,
    );
    expect([dx.shape, numbers(dx)]).toEqual([
      [2, 1],
      [2, 3],
    ]);
  });

  test("no NaN leaks from the side not taken when that side is kept in its domain", () => {
    const safeLog = (x: Value): Value => {
      const positive = greater(x, 0);
      return where(positive, log(where(positive, x, 1)), 0);
    };
    expect(derivative(safeLog, [-1, 0, 2])).toEqual([0, 0, 0.5]);
    expect(derivative(safeLog, [-1, 0, 2], 2)).toEqual([0, 0, -0.25]);
  });

  test("an infinite cotangent of the result stays on the side that was taken", () => {
    // d sqrt(z) / dz is infinite at z = 0; multiplied by a mask it would be NaN on the other side.
    const [x, y] = [f64([0]), f64([0])];
    const loss = sum(sqrt(where(value([true]), x, y)));
    const { dx, dy } = gradient(loss, { dx: x, dy: y });
    expect([numbers(dx), numbers(dy)]).toEqual([[Infinity], [0]]);
    expect(numbers(gradient(sum(div(1, where(value([false]), x, 2))), x))).toEqual([0]);
  });
});
