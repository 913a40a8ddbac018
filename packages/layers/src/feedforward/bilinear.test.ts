import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, flatten, input, type Value, type Values } from "@unroll/core";
import { distance, nested, numbers } from "../../test/numbers.ts";
import { bilinear, init, type BilinearInput } from "../index.ts";

const layer = bilinear(3, 2, 4);
type P = Values<typeof layer.params>;
const given = { w: numbers([3, 2, 4], "w"), b: numbers([4], "b") };
const x = { left: numbers([5, 2, 3], "left"), right: numbers([5, 2, 2], "right") };

test("it is the sum over all pairs of the two operands, and a bias", () => {
  const y = compile((p: P, x: BilinearInput) => layer.apply(p, x))(given, x);
  expect(y.shape).toEqual([5, 2, 4]);
  const [w, b] = [nested(given.w) as number[][][], nested(given.b) as number[]];
  const [left, right] = [nested(x.left) as number[][][], nested(x.right) as number[][][]];
  const expected = left.flatMap((rows, t) =>
    rows.flatMap((l, row) =>
      b.map((bias, o) => {
        let sum = bias;
        l.forEach((li, i) => right[t]![row]!.forEach((rj, j) => (sum += li * w[i]![j]![o]! * rj)));
        return sum;
      }),
    ),
  );
  expect(distance(y.data, expected)).toBeLessThan(1e-14 * 10);
});

test("the bias is an option", () => {
  const plain = bilinear(3, 2, 4, { bias: false });
  expect(flatten(plain.params).map(({ path }) => path)).toEqual(["w"]);
});

test("first numbers are uniform on 1 / sqrt(left)", () => {
  const { w } = init(bilinear(100, 3, 5).params, 1);
  expect(Math.max(...w.data)).toBeLessThanOrEqual(Math.fround(0.1));
  expect(Math.max(...w.data)).toBeGreaterThan(0.09);
});

test("its gradient is that of differences", () => {
  checkGradient((p: P, x: BilinearInput) => layer.apply(p, x), [given, x], { order: 2 });
});

test("axes in front that differ are refused, and sizes that are none", () => {
  const f = (shape: readonly number[]): Value => input({ dtype: "f32", shape });
  const p = { w: f([3, 2, 4]), b: f([4]) };
  expect(() => layer.apply(p, { left: f([5, 3]), right: f([6, 2]) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: bilinear: left is f32[5, 3] and right f32[6, 2]: their axes in front differ.
    Repeat one of them: broadcastTo(x, shape).]
  `);
  expect(() => bilinear(3, 0, 4)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: bilinear: right is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
