import { describe, expect, test } from "vitest";
import type { DType, Shape } from "../tensor/type.ts";
import { bufferOf } from "../../test/views.ts";
import {
  emitContract,
  emitCopy,
  emitFill,
  emitMap,
  emitReduce,
  emitScatterAdd,
  type Emitted,
} from "./emit.ts";
import { kernelKey, type Kernel } from "./kernel.ts";
import type { Allocation, Loop, Program, Statement } from "./program.ts";
import { verify } from "./verify.ts";
import { broadcastView, compactView, flipView, rowView, sliceView, type View } from "./view.ts";

const origin = { node: 0, op: "op", text: "op: x f32[4]" };

/** A program in the making. Its first buffer is an input x f32[4]. */
function draft() {
  const buffers: Allocation[] = [];
  const kernels: Kernel[] = [];
  const place = (
    name: string,
    shape: Shape,
    dtype: DType = "f32",
    role: Allocation["role"] = "temporary",
  ): View => {
    const size = shape.reduce((a, b) => a * b, 1);
    const buffer = { ...bufferOf(dtype, size, name), id: buffers.length, role };
    buffers.push(buffer);
    return compactView(buffer, shape);
  };
  const call = (emitted: Emitted | undefined): Statement => {
    const { kernel, operands } = emitted!;
    const known = kernels.findIndex((k) => kernelKey(k) === kernelKey(kernel));
    return { kind: "call", kernel: known < 0 ? kernels.push(kernel) - 1 : known, operands, origin };
  };
  const loop = (body: readonly Statement[], options: Partial<Loop> = {}): Loop => ({
    kind: "loop",
    loop: 0,
    length: 3,
    reverse: false,
    body,
    origin,
    ...options,
  });
  const x = place("x", [4], "f32", "input");
  const check =
    (statements: readonly Statement[], outputs: readonly View[] = [], changes: Partial<Program> = {}) =>
    () =>
      verify({ kernels, buffers, inputs: [x], outputs, statements, checks: "none", ...changes });
  return { x, place, call, loop, check, kernels, buffers };
}

describe("a legal program", () => {
  test("passes", () => {
    const { x, place, call, check } = draft();
    const y = place("y", [4]);
    check(
      [
        call(emitCopy(x, y)),
        call(emitMap({ reads: [x, y], writes: [y], body: (s, [a, b]) => [s.add(a!, b!)] })),
      ],
      [y],
    )();
  });

  test("may write one part of a buffer and read another, even if they interleave", () => {
    const { place, call, check } = draft();
    const y = place("y", [4]);
    const [even, odd] = [sliceView(y, 0, 0, 2, 2)!, sliceView(y, 0, 1, 2, 2)!];
    check([call(emitFill(y, 0)), call(emitCopy(even, odd))])();
  });

  test("may write row t + 1 of a stack from row t", () => {
    const { place, call, loop, check } = draft();
    const stack = place("stack", [4, 2]);
    const [now, next] = [
      rowView(sliceView(stack, 0, 0, 3, 1)!, 0, false)!,
      rowView(sliceView(stack, 0, 1, 3, 1)!, 0, false)!,
    ];
    check([call(emitFill(stack, 0)), loop([call(emitCopy(now, next))])], [stack])();
  });

  test("may accumulate into what it contracts to", () => {
    const { place, call, check } = draft();
    const [a, out] = [place("a", [2, 2]), place("out", [2, 2])];
    const letters = { a: "mk", b: "kn", out: "mn" };
    check([
      call(emitFill(a, 1)),
      call(emitFill(out, 0)),
      call(emitContract({ a, b: a, out, init: out, letters })),
    ])();
  });

  test("may read buffers that start with numbers, and empty ones", () => {
    const { place, call, check, buffers } = draft();
    const [known, empty, y] = [place("known", [2], "f32", "constant"), place("empty", [0]), place("y", [2])];
    buffers[1] = { ...buffers[1]!, data: Float32Array.of(1, 2) };
    check([call(emitCopy(known, y))], [y, empty])();
  });
});

describe("a view", () => {
  test("must stay inside of its buffer", () => {
    const { x, place, call, check } = draft();
    const y = place("y", [4]);
    expect(check([call(emitCopy({ ...x, offset: 1 }, y))])).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: map of op: x f32[4]: x+1{1} reaches from 1 to 4 in a buffer of 4 elements
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(check([call(emitCopy({ ...flipView(x, 0), offset: 2 }, y))])).toThrow("reaches from -1 to 2");
    expect(check([], [{ ...x, offset: -1 }])).toThrow("outputs: x-1{1} reaches from -1 to 2");
  });

  test("must stay inside in every turn", () => {
    const { place, call, loop, check } = draft();
    const stack = place("stack", [3, 2]);
    const row = rowView(stack, 0, false)!;
    check([loop([call(emitFill(row, 0))])])();
    expect(check([loop([call(emitFill(row, 0))], { length: 4 })])).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: map of op: x f32[4]: stack+2t0{1} reaches from 0 to 7 in a buffer of 6 elements
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    const flapping = { ...row, steps: [{ loop: 0, stride: 2, period: 3 }] };
    check([loop([call(emitFill(flapping, 0))], { length: 100 })])();
  });

  test("must stay inside wherever an index sends it", () => {
    const { x, place, call, check } = draft();
    const [at, y] = [place("at", [4], "i32"), place("y", [4])];
    const take = emitMap({
      reads: [at],
      tables: [{ view: x, axis: 0 }],
      writes: [y],
      body: (_, [i], [t]) => [t!(i!)],
    })!;
    const wide = { ...take, operands: [at, { ...x, offset: 1 }, y] };
    check([call(emitFill(at, 0)), call(take)])();
    expect(check([call(emitFill(at, 0)), call(wide)])).toThrow("x+1{1} reaches from 1 to 4");
    const scatter = emitScatterAdd({
      source: y,
      index: at,
      out: { ...x, buffer: y.buffer },
      axis: 0,
      outAxes: [undefined],
    });
    expect(check([call(emitFill(at, 0)), call(emitFill(y, 0)), call(scatter)])).toThrow("overlap");
  });

  test("moves only with loops around it", () => {
    const { place, call, loop, check } = draft();
    const row = rowView(place("stack", [3, 2]), 7, false)!;
    expect(check([loop([call(emitFill(row, 0))])])).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: map of op: x f32[4]: stack+2t7{1} moves with loop 7, which is not around it
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
  });

  test("is of a buffer of the program", () => {
    const { x, call, check } = draft();
    const foreign = { ...x, buffer: { ...x.buffer, id: 5, name: "foreign" } };
    expect(check([call(emitFill(foreign, 0))])).toThrow("foreign is no buffer of the program");
  });
});

describe("what is read", () => {
  test("was written before", () => {
    const { place, call, check } = draft();
    const [y, z] = [place("y", [4]), place("z", [4])];
    expect(check([call(emitCopy(y, z)), call(emitFill(y, 0))])).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: map of op: x f32[4]: y{1} is read and was never written
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(check([], [y])).toThrow("outputs: y{1} is read and was never written");
  });

  test("in a loop was written before it, not in the turn before", () => {
    const { place, call, loop, check } = draft();
    const [y, z] = [place("y", [4]), place("z", [4])];
    expect(check([loop([call(emitCopy(y, z)), call(emitCopy(z, y))])])).toThrow(
      "y{1} is read and was never written",
    );
  });

  test("by JavaScript was written before, and its results count", () => {
    const { x, place, check } = draft();
    const y = place("y", [4]);
    const host = (reads: readonly View[], writes: readonly View[]): Statement => ({
      kind: "host",
      f: () => [],
      reads,
      writes,
      origin,
    });
    check([host([x], [y])], [y])();
    expect(check([host([y], [y])])).toThrow("host of op: x f32[4]: y{1} is read and was never written");
  });
});

describe("what is written", () => {
  test("is no input and no constant", () => {
    const { x, place, call, check } = draft();
    expect(check([call(emitFill(x, 0))])).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: map of op: x f32[4]: x is written and is an input that no output replaces
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(check([call(emitFill(place("c", [2], "f32", "constant"), 0))])).toThrow(
      "c is written and is a constant",
    );
  });

  test("is written once per call", () => {
    const { place, call, check } = draft();
    const y = place("y", [1]);
    expect(check([call(emitFill(broadcastView(y, [3]), 0))])).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: map of op: x f32[4]: y{0} has several points at one place
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    const windows = { ...place("z", [5]), axes: [[[2, 1]], [[3, 2]]] as const };
    check([call(emitFill({ ...windows, axes: [[[2, 1]], [[2, 2]]] }, 0))])();
    const overlapping = { ...windows, axes: [[[3, 1]], [[2, 2]]] as const };
    expect(check([call(emitFill(overlapping, 0))])).toThrow("has several points at one place");
  });

  test("is not read elsewhere by the same call", () => {
    const { place, call, check } = draft();
    const y = place("y", [4]);
    const zero = call(emitFill(y, 0));
    expect(check([zero, call(emitCopy(flipView(y, 0), y))])).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: map of op: x f32[4]: y+3{-1} and y{1}, which is written, overlap
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    const [low, high] = [sliceView(y, 0, 0, 3, 1)!, sliceView(y, 0, 1, 3, 1)!];
    expect(check([zero, call(emitCopy(low, high))])).toThrow("y{1} and y+1{1}, which is written, overlap");
    const twice = emitMap({ writes: [low, high], body: (s) => [s.constant("f32", 1), s.constant("f32", 2)] });
    expect(check([call(twice)])).toThrow("overlap");
    const both = emitMap({ writes: [y, y], body: (s) => [s.constant("f32", 1), s.constant("f32", 2)] });
    expect(check([call(both)])).toThrow("overlap");
  });

  test("is not read elsewhere in any turn", () => {
    const { place, call, loop, check } = draft();
    const stack = place("stack", [3, 2]);
    const [forward, backward] = [rowView(stack, 0, false)!, rowView(stack, 0, true)!];
    const copy = loop([call(emitCopy(forward, backward))]);
    expect(check([call(emitFill(stack, 0)), copy])).toThrow("overlap");
  });

  test("is not summed over by the same call", () => {
    const { place, call, check } = draft();
    const y = place("y", [2, 2]);
    const [row] = [sliceView(y, 0, 0, 1, 1)!];
    const sums = emitReduce({ reads: [y], axes: [0], combine: "sum", write: row });
    expect(check([call(emitFill(y, 0)), call(sums)])).toThrow("overlap");
    const product = emitContract({ a: y, b: y, out: y, letters: { a: "mk", b: "kn", out: "mn" } });
    expect(check([call(emitFill(y, 0)), call(product)])).toThrow("overlap");
  });
});

describe("a loop", () => {
  test("has turns, and is not inside of itself", () => {
    const { loop, check } = draft();
    expect(check([loop([], { length: 0 })])).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: op: x f32[4]: loop 0 has no turns
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(check([loop([loop([])])])).toThrow("loop 0 is inside of itself");
  });
});

describe("a call", () => {
  test("has the operands of its kernel, with their dtypes", () => {
    const { x, place, call, check } = draft();
    const y = place("y", [4]);
    const { kernel, operands } = emitCopy(x, y)!;
    expect(check([call({ kernel, operands: [...operands, y] })])).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: map of op: x f32[4]: the kernel has 2 operands and the call 3
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(check([call({ kernel, operands: [x, place("d", [4], "f64")] })]))
      .toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: map of op: x f32[4]: d is f64, and operand 1 of the kernel f32
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(check([{ ...call({ kernel, operands }), kernel: 9 } as Statement])).toThrow(
      "kernel 9 is not in the program",
    );
  });
});

describe("a buffer", () => {
  test("stands at the place of its id", () => {
    const { check, buffers } = draft();
    expect(check([], [], { buffers: buffers.map((b) => ({ ...b, id: 1 })) }))
      .toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: program: buffer x has the id 1 at place 0
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
  });

  test("starts with as many numbers as it has elements", () => {
    const { check, buffers } = draft();
    expect(check([], [], { buffers: buffers.map((b) => ({ ...b, data: Float32Array.of(1) })) }))
      .toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: program: x has 4 elements and starts with 1
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
  });
});
