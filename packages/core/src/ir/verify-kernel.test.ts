import { describe, expect, test } from "vitest";
import type { DType } from "../tensor/type.ts";
import type { Kernel, MapKernel } from "./kernel.ts";
import { verify } from "./verify.ts";

describe("a kernel", () => {
  const map = (changes: Partial<MapKernel>): Kernel => ({
    form: "map",
    dtypes: ["f32", "i32", "f32"],
    dimensions: [{ size: 2, strides: [1, 1, 1] }],
    body: [{ op: "read", operand: 0 }],
    writes: [0],
    ...changes,
  });
  const none = { buffers: [], inputs: [], outputs: [], statements: [], checks: "none" } as const;
  const fault =
    (...kernels: readonly Kernel[]) =>
    () =>
      verify({ ...none, kernels });

  test("is unlike every other one", () => {
    expect(fault(map({}), map({}))).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: program: kernels 0 and 1 are equal
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
  });

  test("has a stride per operand, and no empty dimension", () => {
    expect(fault(map({ dimensions: [{ size: 2, strides: [1, 1] }] }))).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: kernel 0 (map): a dimension has 2 strides for 3 operands
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(fault(map({ dimensions: [{ size: 0, strides: [1, 1, 1] }] }))).toThrow("a dimension has size 0");
  });

  test("refers to what is there", () => {
    expect(fault(map({ body: [{ op: "negate", x: 0 }] }))).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: kernel 0 (map): instruction 0, negate, takes 0, which comes later
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(fault(map({ body: [{ op: "read", operand: 2 }] }))).toThrow(
      "instruction 0, read, takes operand 2 of 2 reads",
    );
    expect(fault(map({ body: [{ op: "index", dimension: 1 }] }))).toThrow("takes dimension 1 of 1");
    expect(fault(map({ body: [{ op: "accumulator", which: 0 }] }))).toThrow("takes accumulator 0 of 0");
    expect(fault(map({ writes: [3] }))).toThrow("write 0 is f32, and its value missing");
  });

  test("does to a dtype only what is defined on it", () => {
    const [x, i] = [{ op: "read", operand: 0 } as const, { op: "read", operand: 1 } as const];
    expect(fault(map({ body: [x, i, { op: "sqrt", x: 1 }] }))).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: kernel 0 (map): instruction 2: sqrt is defined on floats, not on i32
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(fault(map({ body: [x, i, { op: "add", x: 0, y: 1 }] }))).toThrow(
      "instruction 2: add takes f32, not i32",
    );
    expect(fault(map({ body: [x, { op: "and", x: 0, y: 0 }] }))).toThrow(
      "and is defined on integers, not on f32",
    );
    expect(fault(map({ body: [x, { op: "equal", x: 0, y: 0 }, { op: "add", x: 1, y: 1 }] }))).toThrow(
      "add is not defined on bool",
    );
    expect(fault(map({ body: [x, { op: "select", when: 0, x: 0, y: 0 }] }))).toThrow(
      "select takes bool, not f32",
    );
    expect(fault(map({ body: [x, { op: "scale", x: 0, n: 0 }] }))).toThrow("scale takes i32, not f32");
    expect(fault(map({ body: [x, { op: "readAt", operand: 0, index: 0, size: 1, stride: 1 }] }))).toThrow(
      "readAt takes i32, not f32",
    );
    expect(fault(map({ body: [x, { op: "fma", x: 0, y: 0, z: 2 }, i] }))).toThrow(
      "takes 2, which comes later",
    );
    expect(fault(map({ body: [i] }))).toThrow("write 0 is f32, and its value i32");
  });

  test("joins what can be joined", () => {
    const reduce = (combine: "sum" | "and", dtype: DType, to: DType = dtype): Kernel => ({
      form: "reduce",
      dtypes: [dtype, to],
      kept: [],
      reduced: [{ size: 2, strides: [1, 0] }],
      body: [{ op: "read", operand: 0 }],
      accumulators: [{ combine, of: 0 }],
      epilogue: [{ op: "accumulator", which: 0 }],
      writes: [0],
    });
    fault(reduce("sum", "f32"))();
    expect(fault(reduce("sum", "bool"))).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: kernel 0 (reduce): sum is not defined on bool
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(fault(reduce("and", "f32"))).toThrow("and is not defined on f32");
    expect(fault(reduce("sum", "f32", "f64"))).toThrow("write 0 is f64, and its value f32");
    const unfed = { ...reduce("sum", "f32"), accumulators: [{ combine: "sum", of: 5 }] } as Kernel;
    expect(fault(unfed)).toThrow("an accumulator takes no value");
  });

  test("contracts and scatters operands that go together", () => {
    const contract = (dtypes: readonly DType[]): Kernel => ({
      form: "contract",
      dtypes,
      batch: [],
      m: [],
      n: [],
      k: [],
      init: "zero",
    });
    expect(fault(contract(["f32", "f32"]))).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: kernel 0 (contract): a contraction has 3 operands, not 2
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(fault(contract(["f32", "f64", "f32"]))).toThrow("not of f32, f64, f32");
    expect(fault(contract(["bool", "bool", "bool"]))).toThrow("not of bool, bool, bool");
    const scatter: Kernel = {
      form: "scatterAdd",
      dtypes: ["f32", "f32", "f32"],
      rows: [],
      columns: [],
      size: 1,
      stride: 1,
    };
    expect(fault(scatter)).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: kernel 0 (scatterAdd): scatterAdd takes a source, i32 indices and an output like the source, not f32, f32, f32
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
  });
});
