import { describe, expect, test } from "vitest";
import { f64, numbers, slope, slopeOf } from "../../test/numbers.ts";
import { nodesOf, input } from "../graph/graph.ts";
import { gradient } from "../autodiff/gradient.ts";
import { mul, square } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";
import { matmul } from "./matmul.ts";
import { slice } from "./slice.ts";
import { transpose } from "./transpose.ts";

const value = (label: string, ...shape: number[]) => input({ dtype: "f32", shape }, label);

const a = f64([
  [1, 2],
  [3, 4],
]);
const b = f64([
  [5, 6],
  [7, 8],
]);

describe("matmul", () => {
  test("multiplies rows by columns", () => {
    expect(numbers(matmul(a, b))).toEqual([19, 22, 43, 50]);
    expect(numbers(matmul(f64([[1, 2, 3]]), f64([[4], [5], [6]])))).toEqual([32]);
  });

  test("multiplies every row of a, however arranged, by a matrix", () => {
    expect(numbers(matmul(f64([[[1, 2]], [[3, 4]]]), b))).toEqual([19, 22, 43, 50]);
    expect(matmul(value("hs", 35, 50, 128), value("w", 128, 65)).shape).toEqual([35, 50, 65]);
  });

  test("multiplies batch by batch, and repeats batch axes of size 1", () => {
    const [as, bs] = [
      f64([[[1, 2]], [[3, 4]]]),
      f64([
        [[1], [1]],
        [[1], [2]],
      ]),
    ];
    expect(numbers(matmul(as, bs))).toEqual([3, 11]);
    expect(matmul(value("a", 7, 1, 2, 3), value("b", 5, 3, 4)).shape).toEqual([7, 5, 2, 4]);
    expect(matmul(value("a", 2, 3), value("b", 5, 3, 4)).shape).toEqual([5, 2, 4]);
    expect(matmul(value("a", 1, 2, 3), value("b", 1, 3, 4)).shape).toEqual([1, 2, 4]);
  });

  test("takes transposed operands", () => {
    expect(numbers(matmul(a, transpose(b)))).toEqual([17, 23, 39, 53]);
  });

  test("of empty operands is empty, and over an empty axis 0", () => {
    expect(matmul(value("a", 0, 3), value("b", 3, 4)).shape).toEqual([0, 4]);
    expect(numbers(matmul(f64([[], []]), slice(b, 0, 0)))).toEqual([0, 0, 0, 0]);
  });

  test("has the gradients dy b^T and a^T dy", () => {
    const dy = f64([
      [1, 0],
      [2, 1],
    ]);
    expect(numbers(slopeOf((v) => matmul(v, b), a, dy))).toEqual([5, 7, 16, 22]);
    expect(numbers(slopeOf((v) => matmul(a, v), b, dy))).toEqual([7, 3, 10, 4]);
  });

  test("contracts the batch axis of a repeated operand's cotangent, without a product per batch", () => {
    const [x, w] = [value("x", 35, 50, 128), value("w", 128, 65)];
    const dw = gradient(sum(matmul(x, w)), w);
    expect(dw.node.op.name).toBe("einsum");
    expect(dw.node.op.show?.(dw.node.attrs)).toBe("amk,amn->kn");
    const largest = Math.max(
      ...nodesOf({ inputs: [x, w], outputs: [dw] }).map(({ outputs: [y] }) => y!.shape.length),
    );
    expect(largest).toBe(3);
  });

  test("has a second derivative", () => {
    // |x w|^2 for x = (1, 2): the gradient by w is 2 x^T x w, the gradient of its sum 2 x^T x (1, 1) = 2 (3, 6).
    const x = f64([[1, 2]]);
    const twice = slope((v) => slope((w) => square(matmul(x, w)), v), f64([[5], [7]]));
    expect(numbers(twice)).toEqual([6, 12]);
    // d/dx of the sum of dw: w and x exchange places as well.
    expect(numbers(slope((v) => slope((w) => mul(matmul(v, w), 3), b), a))).toEqual([6, 6, 6, 6]);
  });

  test("refuses inner sizes that differ", () => {
    expect(() => matmul(value("x", 50, 65), value("rnn.wx", 64, 512))).toThrowErrorMatchingInlineSnapshot(
      `
      [ShapeError: matmul: x f32[50, 65] and rnn.wx f32[64, 512]: inner sizes 65 and 64 differ.
      Give rnn.wx 65 rows, or x a last axis of 64.]
    `,
    );
    expect(() => matmul(value("h", 50, 128), value("table", 65, 128))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: matmul: h f32[50, 128] and table f32[65, 128]: inner sizes 128 and 65 differ.
      Did you mean transpose(table)?]
    `);
  });

  test("refuses vectors, with advice", () => {
    expect(() => matmul(value("x", 5), value("w", 5, 3))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: matmul: x f32[5] and w f32[5, 3]: both need two axes or more.
      Make the vector a row: unsqueeze(x, 0).]
    `);
    expect(() => matmul(value("w", 3, 5), value("x", 5))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: matmul: w f32[3, 5] and x f32[5]: both need two axes or more.
      Make the vector a column: unsqueeze(x, 1).]
    `);
    expect(() => matmul(value("w", 3, 5), value("rate"))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: matmul: w f32[3, 5] and rate f32[]: both need two axes or more.
      To multiply by a scalar, use mul.]
    `);
  });

  test("refuses batches that do not broadcast, and other dtypes", () => {
    expect(() => matmul(value("a", 2, 3, 4), value("b", 3, 4, 5))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: matmul: a f32[2, 3, 4] and b f32[3, 4, 5] do not broadcast: axis -3 is 2 and 3.]`,
    );
    expect(() => matmul(value("a", 3, 4), input({ dtype: "f64", shape: [4, 5] }, "b")))
      .toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: matmul: a f32[3, 4] and b f64[4, 5] differ in dtype.
      Dtypes are not promoted: cast(b, "f32").]
    `);
    expect(() => matmul(value("a", 3, 4), input({ dtype: "i32", shape: [4, 5] }, "b")))
      .toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: matmul: b i32[4, 5]: matmul is defined on f32, f64.
      Convert it first: cast(b, "f32").]
    `);
    expect(() => matmul([[1]] as never, value("b", 4, 5))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: matmul: operand 1 is an array.
      An op takes values one by one; join values with concat or stack.]
    `);
  });
});
