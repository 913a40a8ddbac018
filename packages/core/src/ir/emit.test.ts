import { describe, expect, test } from "vitest";
import { viewOf } from "../../test/views.ts";
import { emitContract, emitCopy, emitFill, emitMap, emitReduce, emitScatterAdd, identityOf } from "./emit.ts";
import { kernelKey, type Kernel } from "./kernel.ts";
import { broadcastView, flipView, insertAxis, permute, reshapeView } from "./view.ts";

const f32 = (...shape: number[]) => viewOf("f32", shape);
const i32 = (...shape: number[]) => viewOf("i32", shape);

describe("a map", () => {
  test("over compact operands has one dimension, whatever their rank", () => {
    const { kernel, operands } = emitMap({
      reads: [f32(2, 1, 3), f32(2, 1, 3)],
      writes: [f32(2, 1, 3)],
      body: (s, [x, y]) => [s.add(x!, y!)],
    })!;
    expect(kernel).toEqual({
      form: "map",
      dtypes: ["f32", "f32", "f32"],
      dimensions: [{ size: 6, strides: [1, 1, 1] }],
      body: [
        { op: "read", operand: 0 },
        { op: "read", operand: 1 },
        { op: "add", x: 0, y: 1 },
      ],
      writes: [2],
    });
    expect(operands).toHaveLength(3);
  });

  test("moves every operand by its own strides", () => {
    const bias = broadcastView(f32(3), [2, 3]);
    expect(emitCopy(bias, f32(2, 3))!.kernel).toMatchObject({
      dimensions: [
        { size: 2, strides: [0, 3] },
        { size: 3, strides: [1, 1] },
      ],
    });
    expect(emitCopy(flipView(f32(3), 0), f32(3))!.kernel).toMatchObject({
      dimensions: [{ size: 3, strides: [-1, 1] }],
    });
  });

  test("cuts an axis when an operand has factors there", () => {
    const folded = reshapeView(permute(f32(2, 3), [1, 0]), [6])!;
    expect(emitCopy(folded, f32(6))!.kernel).toMatchObject({
      dimensions: [
        { size: 3, strides: [1, 2] },
        { size: 2, strides: [3, 1] },
      ],
    });
  });

  test("over scalars has no dimension", () => {
    expect(emitFill(f32(), 7)!.kernel).toMatchObject({ dimensions: [], writes: [0] });
    expect(emitFill(f32(1, 1), 7)!.kernel).toEqual(emitFill(f32(), 7)!.kernel);
  });

  test("without points is nothing", () => {
    expect(emitFill(f32(0), 7)).toBeUndefined();
    expect(emitCopy(f32(3, 0), f32(3, 0))).toBeUndefined();
  });

  test("reads a table along an axis that takes no part in the iteration", () => {
    const index = insertAxis(i32(4), 1, 3);
    const { kernel, operands } = emitMap({
      reads: [index],
      tables: [{ view: f32(65, 3), axis: 0 }],
      writes: [f32(4, 3)],
      body: (_, [at], [row]) => [row!(at!)],
    })!;
    expect(kernel).toMatchObject({
      dimensions: [
        { size: 4, strides: [1, 0, 3] },
        { size: 3, strides: [0, 1, 1] },
      ],
      body: [
        { op: "read", operand: 0 },
        { op: "readAt", operand: 1, index: 0, size: 65, stride: 3 },
      ],
    });
    expect(operands[1]!.axes[0]).toEqual([[65, 3]]);
  });

  test("keeps dimensions apart whose coordinate is asked for", () => {
    const positions = emitMap({ writes: [i32(2, 3, 4)], body: (s) => [s.index(1)] })!;
    expect(positions.kernel).toMatchObject({
      dimensions: [{ size: 2 }, { size: 3 }, { size: 4 }],
      body: [{ dimension: 1 }],
    });
  });

  test("refuses a value of another dtype than its target", () => {
    expect(() => emitMap({ reads: [f32(2)], writes: [i32(2)], body: (_, reads) => reads }))
      .toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: a body gives f32 for x, which is i32
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
  });
});

describe("a reduction", () => {
  test("has kept and reduced dimensions, and a write that stands still along the reduced ones", () => {
    expect(
      emitReduce({ reads: [f32(2, 3, 4)], axes: [1], combine: "sum", write: f32(2, 1, 4) })!.kernel,
    ).toMatchObject({
      kept: [
        { size: 2, strides: [12, 4] },
        { size: 4, strides: [1, 1] },
      ],
      reduced: [{ size: 3, strides: [4, 0] }],
      accumulators: [{ combine: "sum", of: 0 }],
      epilogue: [{ op: "accumulator", which: 0 }],
    });
  });

  test("collapses what is reduced together", () => {
    expect(
      emitReduce({ reads: [f32(2, 3, 4)], axes: [2, 1], combine: "sum", write: f32(2, 1, 1) })!.kernel,
    ).toMatchObject({
      kept: [{ size: 2 }],
      reduced: [{ size: 12, strides: [1, 0] }],
    });
  });

  test("counts coordinates along kept dimensions first, then along reduced ones", () => {
    const { kernel } = emitReduce({
      reads: [i32(2, 3)],
      axes: [0],
      combine: "sum",
      write: i32(1, 3),
      body: (s, x) => s.add(x, s.add(s.index(0), s.index(1))),
      epilogue: (s, sum) => s.add(sum, s.index(1)),
    })!;
    expect(kernel).toMatchObject({ kept: [{ size: 3 }], reduced: [{ size: 2 }] });
    const dimensionsOf = (body: readonly { readonly op: string }[]) =>
      body.flatMap((i) => ("dimension" in i ? [i.dimension] : []));
    expect(kernel.form === "reduce" && [dimensionsOf(kernel.body), dimensionsOf(kernel.epilogue)]).toEqual([
      [1, 0],
      [0],
    ]);
  });

  test("keeps dimensions apart whose coordinate only the epilogue asks for", () => {
    const { kernel } = emitReduce({
      reads: [i32(2, 3, 4)],
      axes: [2],
      combine: "sum",
      write: i32(2, 3, 1),
      epilogue: (s, sum) => s.add(sum, s.index(1)),
    })!;
    expect(kernel).toMatchObject({ kept: [{ size: 2 }, { size: 3 }] });
  });

  test("over nothing is a fill with the identity, finished by the epilogue", () => {
    const { kernel } = emitReduce({
      reads: [f32(2, 0)],
      axes: [1],
      combine: "product",
      write: f32(2, 1),
      epilogue: (s, product) => s.negate(product),
    })!;
    expect(kernel).toMatchObject({
      form: "map",
      dimensions: [{ size: 2 }],
      body: [
        { op: "constant", value: 1 },
        { op: "negate", x: 0 },
      ],
    });
  });

  test("that keeps no point is nothing", () => {
    expect(emitReduce({ reads: [f32(0, 3)], axes: [1], combine: "sum", write: f32(0, 1) })).toBeUndefined();
    expect(emitReduce({ reads: [f32(0, 0)], axes: [1], combine: "sum", write: f32(0, 1) })).toBeUndefined();
  });

  test("starts from the identity of its dtype", () => {
    const floats = (["sum", "product", "min", "max"] as const).map((combine) => identityOf(combine, "f32"));
    expect(floats).toEqual([0, 1, Infinity, -Infinity]);
    const integers = (["sum", "product", "min", "max", "and", "or"] as const).map((combine) =>
      identityOf(combine, "i32"),
    );
    expect(integers).toEqual([0, 1, 2147483647, -2147483648, -1, 0]);
    const truths = (["min", "max", "and", "or"] as const).map((combine) => identityOf(combine, "bool"));
    expect(truths).toEqual([1, 0, 1, 0]);
    expect(() => identityOf("argmax", "f32")).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: argmax over nothing has no position
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
  });
});

describe("a contraction", () => {
  const letters = { a: "bmk", b: "bkn", out: "bmn" };

  test("sorts letters by the operands that have them", () => {
    expect(emitContract({ a: f32(5, 2, 3), b: f32(5, 3, 4), out: f32(5, 2, 4), letters })!.kernel).toEqual({
      form: "contract",
      dtypes: ["f32", "f32", "f32"],
      batch: [{ size: 5, strides: [6, 12, 8] }],
      m: [{ size: 2, strides: [3, 0, 4] }],
      n: [{ size: 4, strides: [0, 1, 1] }],
      k: [{ size: 3, strides: [1, 4, 0] }],
      init: "zero",
    });
  });

  test("collapses letters that all their operands run through evenly", () => {
    const fold = { a: "tbk", b: "kn", out: "tbn" };
    expect(
      emitContract({ a: f32(5, 2, 3), b: f32(3, 4), out: f32(5, 2, 4), letters: fold })!.kernel,
    ).toMatchObject({
      batch: [],
      m: [{ size: 10, strides: [3, 0, 4] }],
    });
  });

  test("may start from an operand", () => {
    const init = broadcastView(f32(4), [2, 4]);
    const request = {
      a: f32(2, 3),
      b: f32(3, 4),
      out: f32(2, 4),
      init,
      letters: { a: "mk", b: "kn", out: "mn" },
    };
    expect(emitContract(request)!.kernel).toMatchObject({ init: "operand", m: [{ strides: [3, 0, 0, 4] }] });
  });

  test("over nothing fills zeros, or copies what it starts from", () => {
    const request = { a: f32(2, 0), b: f32(0, 4), out: f32(2, 4), letters: { a: "mk", b: "kn", out: "mn" } };
    expect(emitContract(request)!.kernel).toMatchObject({
      form: "map",
      body: [{ op: "constant", value: 0 }],
    });
    expect(emitContract({ ...request, init: f32(2, 4) })!.kernel).toMatchObject({
      form: "map",
      body: [{ op: "read" }],
    });
  });

  test("without results is nothing", () => {
    const request = { a: f32(0, 3), b: f32(3, 4), out: f32(0, 4), letters: { a: "mk", b: "kn", out: "mn" } };
    expect(emitContract(request)).toBeUndefined();
  });

  test("refuses letters that are no product", () => {
    const request = { a: f32(2, 3), b: f32(3, 4), out: f32(2, 4) };
    expect(() => emitContract({ ...request, letters: { a: "mk", b: "qn", out: "mn" } }))
      .toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: contract mk, qn -> mn: k stands in one operand only
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(() => emitContract({ ...request, letters: { a: "mm", b: "kn", out: "mn" } }))
      .toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: contract: a letter stands twice in mm
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
  });
});

describe("a scatter", () => {
  test("has the rows of its index and the columns of its source", () => {
    const request = { source: f32(4, 3), index: i32(4), out: f32(65, 3), axis: 0, outAxes: [undefined, 1] };
    expect(emitScatterAdd(request)!.kernel).toEqual({
      form: "scatterAdd",
      dtypes: ["f32", "i32", "f32"],
      rows: [{ size: 4, strides: [3, 1, 0] }],
      columns: [{ size: 3, strides: [1, 0, 1] }],
      size: 65,
      stride: 3,
    });
  });

  test("may run along axes of its output with its rows", () => {
    const request = { source: f32(4, 2), index: i32(4, 2), out: f32(4, 9), axis: 1, outAxes: [0, undefined] };
    expect(emitScatterAdd(request)!.kernel).toMatchObject({
      rows: [
        { size: 4, strides: [2, 2, 9] },
        { size: 2, strides: [1, 1, 0] },
      ],
      columns: [],
      size: 9,
      stride: 1,
    });
  });

  test("of nothing, or into nothing, is nothing", () => {
    const request = { source: f32(0, 3), index: i32(0), out: f32(65, 3), axis: 0, outAxes: [undefined, 1] };
    expect(emitScatterAdd(request)).toBeUndefined();
    expect(emitScatterAdd({ ...request, source: f32(4, 3), index: i32(4), out: f32(0, 3) })).toBeUndefined();
  });
});

test("kernels are equal when their code is, and only then", () => {
  const fill = (value: number, dtype: "f32" | "f64" = "f32"): Kernel =>
    emitFill(viewOf(dtype, [3]), value)!.kernel;
  const keys = [fill(0), fill(-0), fill(NaN), fill(Infinity), fill(-Infinity), fill(0, "f64")].map(kernelKey);
  expect(new Set(keys).size).toBe(6);
  expect(kernelKey(fill(NaN))).toBe(kernelKey(fill(NaN)));
});
