import { describe, expect, test } from "vitest";
import { fromArray, tensor, type Tensor } from "../../tensor/tensor.ts";
import type { Call, Program } from "../../ir/program.ts";
import { graph, input } from "../../graph/graph.ts";
import { applyOp, type Op } from "../../graph/node.ts";
import { captureSource } from "../../graph/source.ts";
import { add, mul } from "../../ops/arithmetic.ts";
import { broadcastTo } from "../../ops/broadcast.ts";
import { full } from "../../ops/full.ts";
import { gradient } from "../../autodiff/gradient.ts";
import { computed, f64, planned } from "../../../test/run-graph.ts";
import { plan } from "./plan.ts";

const numbers = (x: Tensor | undefined): number[] => [...x!.data];
const f = (data: Parameters<typeof tensor>[0]): Tensor => tensor(data, { dtype: "f64" });
const calls = ({ statements }: Program): Call[] => statements.filter((s) => s.kind === "call");

describe("a program", () => {
  const [x, y] = [f64([2], "x"), f64([2], "y")];
  const product = mul(add(x, y), x);

  test("computes the graph", () => {
    expect(numbers(computed([x, y], [product], [f([1, 2]), f([10, 20])])[0])).toEqual([11, 44]);
  });

  test("has one call and one buffer per node", () => {
    const program = planned([x, y], [product]);
    expect(calls(program).map(({ origin }) => origin.op)).toEqual(["add", "mul"]);
    expect(program.buffers.map(({ name, role }) => `${name} ${role}`)).toEqual([
      "x input",
      "y input",
      "add temporary",
      "mul output",
    ]);
  });

  test("copies what a movement shows", () => {
    const program = planned([x], [broadcastTo(x, [3, 2])]);
    expect(calls(program)).toHaveLength(1);
    expect(program.outputs[0]!.axes).toEqual([[[3, 2]], [[2, 1]]]);
  });

  test("has every kernel once, and one per dtype", () => {
    const z = input({ dtype: "f32", shape: [2] }, "z");
    const { kernels } = planned([x, y, z], [add(x, y), add(y, x), add(z, z)]);
    expect(kernels.map(({ dtypes }) => dtypes[0])).toEqual(["f64", "f32"]);
  });

  test("names equal buffers apart", () => {
    const { buffers } = planned([x, y], [add(x, y), add(y, x), add(x, x).name("add.2")]);
    expect(buffers.map(({ name }) => name)).toEqual(["x", "y", "add", "add.2", "add.2.2"]);
  });

  test("drops calls without points", () => {
    const [empty, row] = [f64([0, 3], "empty"), f64([3], "row")];
    const program = planned([empty, row], [add(empty, row)]);
    expect(calls(program)).toEqual([]);
    expect(computed([empty, row], [add(empty, row)], [f([]), f([1, 2, 3])])[0]!.shape).toEqual([0, 3]);
  });

  test("gives independent copies when an output is an input, or given twice", () => {
    const given = f([1, 2]);
    const outputs = computed([x], [x, x, add(x, x)], [given]);
    outputs[0]!.data[0] = 99;
    expect(outputs.map(numbers)).toEqual([
      [99, 2],
      [1, 2],
      [2, 4],
    ]);
    expect(numbers(given)).toEqual([1, 2]);
  });
});

describe("a lowering rule", () => {
  const given = f64([2], "x");

  test("may use numbers that are known before any run", () => {
    const data = Float64Array.of(5, 6);
    const op: Op<object> = {
      name: "known",
      infer: () => [given.type],
      lower: { kernels: ({ outputs: [y] }, to) => to.constant(y!, fromArray(given.type, data)) },
    };
    const [y] = applyOp(op, [], {});
    const program = planned([given], [add(y!, given)]);
    data[0] = 99;
    expect(program.buffers[1]).toMatchObject({ role: "constant", data: Float64Array.of(5, 6) });
  });

  test("may call JavaScript, with copies", () => {
    const op: Op<object> = {
      name: "sorted",
      infer: ([x]) => [x!],
      lower: { kernels: ({ inputs, outputs }, to) => to.host(([x]) => [x!.data.sort()], inputs, outputs) },
    };
    const [y] = applyOp(op, [given], {});
    const tensors = [f([2, 1])];
    expect(computed([given], [y!, given], tensors).map(numbers)).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  test("may read what it has written", () => {
    const op: Op<object> = {
      name: "twice",
      infer: ([x]) => [x!, x!],
      lower: {
        kernels({ inputs: [x], outputs: [y, z] }, to) {
          to.map({ reads: [to.read(x!)], writes: [to.target(y!)], body: (s, [a]) => [s.add(a!, a!)] });
          to.map({ reads: [to.read(y!)], writes: [to.target(z!)], body: (s, [a]) => [s.add(a!, a!)] });
        },
      },
    };
    expect(computed([given], applyOp(op, [given], {}), [f([1, 2])]).map(numbers)).toEqual([
      [2, 4],
      [4, 8],
    ]);
  });

  const broken = (lower: Op<object>["lower"]) => {
    const op: Op<object> = { name: "broken", infer: ([x]) => [x!], lower };
    return () => plan(graph([given], applyOp(op, [given], {})), { checks: "none" });
  };

  test("must write every output, and only its own", () => {
    expect(broken({ kernels: () => undefined })).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: broken does not write its output 0
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(broken({ kernels: (_, to) => to.target(given) })).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: broken writes to an output of input
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(broken({ kernels: ({ outputs: [y] }, to) => to.read(y!) })).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: an output of broken is read before it is computed
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(broken({ view: () => undefined })).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: broken has no view of a compact value
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
  });

  test("whose JavaScript function returns something else than promised fails by name", () => {
    const op: Op<object> = {
      name: "short",
      infer: ([x]) => [x!],
      lower: { kernels: ({ inputs, outputs }, to) => to.host(() => [Float64Array.of(1)], inputs, outputs) },
    };
    const [y] = applyOp(op, [given], {});
    expect(() => computed([given], [y!], [f([1, 2])])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: short: x f64[2]: the function returned 1 numbers for f64[2].]`,
    );
  });
});

describe("the origin of a call", () => {
  const x = f64([2], "x");
  const origins = (...outputs: ReturnType<typeof mul>[]): string[] =>
    calls(planned([x], outputs)).map(({ origin }) => origin.text);

  test("names the op and its operands", () => {
    expect(origins(mul(x, add(x, x)))).toEqual(["add: x f64[2], x f64[2]", "mul: x f64[2], add f64[2]"]);
    expect(origins(full(1, x.type))).toEqual(["full"]);
  });

  test("says whose derivative it is", () => {
    const loss = applyOp(sumOp, [mul(x, x)], {})[0]!;
    expect(origins(gradient(loss, x)).filter((text) => text.includes("of mul"))[0]).toBe(
      "mul: broadcastTo f64[2], x f64[2] (backward of mul)",
    );
  });

  test("has the line of the user's code when lines are captured", () => {
    captureSource(true);
    const y = mul(x, x);
    captureSource(false);
    expect(origins(y)[0]).toMatch(/^mul: x f64\[2\], x f64\[2\] \(\w.*:\d+\)$/);
    captureSource(true);
    const dx = gradient(applyOp(sumOp, [y], {})[0]!, x);
    captureSource(false);
    expect(origins(dx).join()).toContain(`(backward of mul, ${y.node.source})`);
  });
});

const sumOp: Op<object> = {
  name: "total",
  infer: ([x]) => [{ dtype: x!.dtype, shape: [] }],
  vjp: ({ inputs: [x] }, [dy]) => [broadcastTo(dy!, x!.shape)],
  lower: {
    kernels({ inputs: [x], outputs: [y] }, to) {
      const write = { ...to.target(y!), axes: [[]] };
      to.reduce({ reads: [to.read(x!)], axes: [0], combine: "sum", write });
    },
  },
};
