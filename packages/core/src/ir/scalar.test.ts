import { describe, expect, test } from "vitest";
import { dtypesOf, exactJson, mapReferences, referencesOf } from "./instruction.ts";
import { Scalar } from "./scalar.ts";

describe("the builder of bodies", () => {
  test("never computes the same thing twice", () => {
    const s = new Scalar();
    const x = s.read(0, "f32");
    expect(s.multiply(x, x)).toBe(s.multiply(s.read(0, "f32"), x));
    expect(s.body).toEqual([
      { op: "read", operand: 0 },
      { op: "multiply", x: 0, y: 0 },
    ]);
  });

  test("tells the constants that JSON confuses apart", () => {
    const s = new Scalar();
    for (const value of [0, -0, NaN, Infinity, -Infinity]) s.constant("f32", value);
    s.constant("f64", 0);
    expect(s.body).toHaveLength(6);
    expect(exactJson([0, -0, NaN, Infinity])).toBe('[0,"-0","NaN","Infinity"]');
  });

  test("knows the dtype of everything", () => {
    const s = new Scalar();
    const [x, i, b] = [s.read(0, "f64"), s.index(0), s.read(1, "bool")];
    const made = [
      x,
      i,
      b,
      s.less(x, x),
      s.cast(i, "f32"),
      s.exponent(x),
      s.scale(x, i),
      s.select(b, x, x),
      s.not(b),
    ];
    expect(made.map(({ dtype }) => dtype)).toEqual([
      "f64",
      "i32",
      "bool",
      "bool",
      "f32",
      "i32",
      "f64",
      "f64",
      "bool",
    ]);
    const dtypes = dtypesOf(s.body, ["f64", "bool"]);
    expect(made.map(({ at }) => dtypes[at])).toEqual(made.map(({ dtype }) => dtype));
  });

  test("makes no cast to the same dtype", () => {
    const s = new Scalar();
    const x = s.read(0, "f32");
    expect(s.cast(x, "f32")).toBe(x);
  });
});

describe("errors of scalar rules", () => {
  const s = new Scalar();
  const [f, d, i, b] = [s.read(0, "f32"), s.read(1, "f64"), s.read(2, "i32"), s.read(3, "bool")];

  test("operands of two dtypes", () => {
    expect(() => s.add(f, d)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: scalar add: expected f32, got f64.
      Scalars are not promoted: use s.cast.]
    `);
    expect(() => s.select(f, f, f)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: scalar select: expected bool, got f32.
      Scalars are not promoted: use s.cast.]
    `);
    expect(() => s.readAt(0, "f32", f, { size: 1, stride: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: scalar readAt: expected i32, got f32.
      Scalars are not promoted: use s.cast.]
    `);
  });

  test("a dtype that the instruction is not defined on", () => {
    expect(() => s.sqrt(i)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: scalar sqrt: sqrt is defined on floats, not on i32.
      Cast the operand first: s.cast(x, dtype).]
    `);
    expect(() => s.shiftLeft(f, f)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: scalar shiftLeft: shiftLeft is defined on integers, not on f32.
      Cast the operand first: s.cast(x, dtype).]
    `);
    expect(() => s.add(b, b)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: scalar add: add is not defined on bool.
      Cast the operand first: s.cast(x, dtype).]
    `);
  });
});

test("references are found and replaced wherever they stand", () => {
  const select = { op: "select", when: 1, x: 2, y: 3 } as const;
  expect(referencesOf(select)).toEqual([1, 2, 3]);
  expect(mapReferences(select, (at) => at * 10)).toEqual({ op: "select", when: 10, x: 20, y: 30 });
  const readAt = { op: "readAt", operand: 5, index: 1, size: 7, stride: 9 } as const;
  expect(mapReferences(readAt, () => 4)).toEqual({ ...readAt, index: 4 });
  expect(referencesOf({ op: "index", dimension: 3 })).toEqual([]);
});
