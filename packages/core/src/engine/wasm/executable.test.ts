import { describe, expect, test } from "vitest";
import { StaleError, UnsupportedError } from "../../tensor/error.ts";
import { tensor, type Tensor } from "../../tensor/tensor.ts";
import { emitContract, emitCopy, emitFill, emitMap, type Emitted } from "../../ir/emit.ts";
import type { Kernel } from "../../ir/kernel.ts";
import type { Allocation, Program, Statement } from "../../ir/program.ts";
import { verify } from "../../ir/verify.ts";
import { compactView, type Buffer, type Step, type View } from "../../ir/view.ts";
import { compile } from "../compile.ts";
import { interpreter } from "../reference/interpret.ts";
import { stateful } from "../stateful.ts";
import { add, mul, sum, type Value } from "../../index.ts";
import { wasm } from "./index.ts";

const origin = { node: 0, op: "test", text: "test" };

/** A program that is put together by hand. */
class Draft {
  readonly buffers: Allocation[] = [];
  readonly kernels: Kernel[] = [];

  view(role: Buffer["role"], size: number): View {
    const buffer = {
      id: this.buffers.length,
      name: `b${this.buffers.length}`,
      dtype: "f32" as const,
      size,
      role,
    };
    this.buffers.push(buffer);
    return compactView(buffer, [size]);
  }

  call(emitted: Emitted | undefined): Statement {
    const { kernel, operands } = emitted!;
    const known = this.kernels.findIndex((other) => JSON.stringify(other) === JSON.stringify(kernel));
    return { kind: "call", kernel: known >= 0 ? known : this.kernels.push(kernel) - 1, operands, origin };
  }

  program(inputs: readonly View[], outputs: readonly View[], statements: readonly Statement[]): Program {
    const { kernels, buffers } = this;
    const program: Program = { kernels, buffers, inputs, outputs, statements, checks: "none" };
    verify(program);
    return program;
  }
}

const loop = (id: number, length: number, ...body: Statement[]): Statement => ({
  kind: "loop",
  loop: id,
  length,
  reverse: false,
  body,
  origin,
});

/** A row of four elements that moves. */
const row = (view: View, offset: number, ...steps: Step[]): View => ({
  ...view,
  offset,
  axes: [[[4, 1]]],
  steps,
});

const numbersOf = (tensors: readonly Tensor[]): number[][] => tensors.map(({ data }) => [...data]);

/** What both engines give, the first of them twice. */
function agree(program: Program, ...inputs: Tensor[]): void {
  const loaded = wasm({ relaxed: false }).load(program);
  const expected = numbersOf(interpreter(program)(inputs));
  expect(numbersOf(loaded.run(inputs))).toEqual(expected);
  expect(numbersOf(loaded.run(inputs))).toEqual(expected);
}

const plus = (x: View, y: View, out: View): Emitted =>
  emitMap({ reads: [x, y], writes: [out], body: (s, [a, b]) => [s.add(a!, b!)] })!;

const count = (length: number): Tensor => tensor(Float32Array.from({ length }, (_, i) => i));

describe("loops", () => {
  test("rows move with the loops around them, forward, backward and in turn", () => {
    const d = new Draft();
    const [x, out, pair] = [d.view("input", 24), d.view("output", 24), d.view("temporary", 8)];
    const [inner, outer] = [1, 0];
    const old = row(pair, 0, { loop: inner, stride: 4, period: 2 });
    const next = row(pair, 4, { loop: inner, stride: -4, period: 2 });
    const here: Step[] = [
      { loop: outer, stride: 12 },
      { loop: inner, stride: 4 },
    ];
    const back: Step[] = [
      { loop: outer, stride: -12 },
      { loop: inner, stride: -4 },
    ];
    const body = [d.call(plus(old, row(x, 0, ...here), next)), d.call(emitCopy(next, row(out, 20, ...back)))];
    const program = d.program(
      [x],
      [out],
      [d.call(emitFill(pair, 1)), loop(outer, 2, loop(inner, 3, ...body))],
    );
    agree(program, count(24));
  });
});

describe("calls of JavaScript", () => {
  test("see copies of what a view shows in each turn, and what they return is written", () => {
    const d = new Draft();
    const [x, out] = [d.view("input", 12), d.view("output", 12)];
    const turns = (view: View): View => row(view, 0, { loop: 0, stride: 4 });
    const seen: number[][] = [];
    const host: Statement = {
      kind: "host",
      f: ([row]) => {
        seen.push([...row!.data]);
        return [row!.data.slice().reverse()];
      },
      reads: [turns(x)],
      writes: [turns(out)],
      origin,
    };
    const program = d.program([x], [out], [loop(0, 3, host)]);
    agree(program, count(12));
    expect(seen.slice(0, 3)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ]);
  });

  test("their errors come through, and the program runs again", () => {
    const d = new Draft();
    const [x, out] = [d.view("input", 4), d.view("output", 4)];
    let fails = true;
    const f = ([given]: readonly Tensor[]) => {
      if (fails) throw new RangeError("no");
      return [given!.data];
    };
    const loaded = wasm().load(
      d.program([x], [out], [{ kind: "host", f, reads: [x], writes: [out], origin }]),
    );
    expect(() => loaded.run([count(4)])).toThrow(RangeError);
    fails = false;
    expect(numbersOf(loaded.run([count(4)]))).toEqual([[0, 1, 2, 3]]);
  });
});

describe("outputs", () => {
  test("may be inputs, parts of others, the same twice, and constants", () => {
    const d = new Draft();
    const [x, out] = [d.view("input", 8), d.view("output", 8)];
    d.buffers.push({
      id: 2,
      name: "c",
      dtype: "f32",
      size: 2,
      role: "constant",
      data: Float32Array.of(5, 6),
    });
    const constant = compactView(d.buffers[2]!, [2]);
    const program = d.program([x], [x, out, row(out, 4), out, constant], [d.call(plus(x, x, out))]);
    agree(program, count(8));
    const engine = wasm();
    const stored = engine.store(count(8));
    const results = engine.load(program).run([stored], 5);
    expect(results[0]).toBe(stored);
    expect(numbersOf(results)).toEqual(numbersOf(interpreter(program)([count(8)])));
  });

  test("that overwrite an input leave a tensor of JavaScript alone, and take over one of the engine", () => {
    const d = new Draft();
    const [x, y] = [d.view("input", 4), d.view("input", 4)];
    const program = d.program([x, y], [x], [d.call(plus(x, y, x))]);
    const engine = wasm();
    const loaded = engine.load(program);
    const given = count(4);
    expect(numbersOf(loaded.run([given, given]))).toEqual([[0, 2, 4, 6]]);
    expect([...given.data]).toEqual([0, 1, 2, 3]);
    const stored = engine.store(given);
    const [sum] = loaded.run([stored, stored], 1);
    expect([...sum!.data]).toEqual([0, 2, 4, 6]);
    expect(() => stored.data).toThrow(StaleError);
  });

  test("that overwrite a tensor which nobody has seen are that tensor", () => {
    const d = new Draft();
    const [x, y] = [d.view("input", 4), d.view("input", 4)];
    const engine = wasm();
    const program = engine.load(d.program([x, y], [x, y], [d.call(plus(x, y, x))]));
    const [a, b] = [engine.store(count(4)), engine.store(count(4))];
    for (const turn of [2, 3]) {
      const results = program.run([a, b], 2, [false, true]);
      expect(results).toEqual([a, b]);
      expect(numbersOf(results)).toEqual([
        [0, turn, 2 * turn, 3 * turn],
        [0, 1, 2, 3],
      ]);
    }
    expect(program.run([a, b], 2, [true, false])[0]).not.toBe(a);
    expect(() => a.data).toThrow(StaleError);
    expect(numbersOf(program.run([b, b], 2, [false, false]))).toEqual([
      [0, 2, 4, 6],
      [0, 1, 2, 3],
    ]);
  });

  test("leave the input as it was when a call of JavaScript throws", () => {
    const d = new Draft();
    const x = d.view("input", 4);
    const f = (): never => {
      throw new RangeError("no");
    };
    const host: Statement = { kind: "host", f, reads: [x], writes: [], origin };
    const engine = wasm();
    const loaded = engine.load(d.program([x], [x], [d.call(plus(x, x, x)), host]));
    const stored = engine.store(count(4));
    expect(() => loaded.run([stored], 1)).toThrow(RangeError);
    expect([...stored.data]).toEqual([0, 1, 2, 3]);
  });
});

describe("memory", () => {
  test("does not grow in ten thousand steps, nor in as many calls", () => {
    const memories: WebAssembly.Memory[] = [];
    const Memory = WebAssembly.Memory;
    WebAssembly.Memory = class extends Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        super(descriptor);
        memories.push(this);
      }
    };
    const engine = wasm();
    WebAssembly.Memory = Memory;
    const step = ({ w }: { w: Value }, x: Value) => [{ w: add(w, x) }, sum(mul(w, x))] as const;
    const trainer = stateful(step, { w: tensor(new Float32Array(1000)) }, { engine });
    const f = compile((x: Value) => mul(x, x), { engine });
    const [x, small] = [tensor(new Float32Array(1000).fill(1)), tensor([3])];
    const run = (times: number): void => {
      for (let i = 0; i < times; i++) {
        trainer.step(x);
        f(small);
      }
    };
    run(10);
    const before = memories.map(({ buffer }) => buffer.byteLength);
    run(10_000);
    expect(memories.map(({ buffer }) => buffer.byteLength)).toEqual(before);
    expect(memories).toHaveLength(1);
    expect(trainer.state.w.data[0]).toBe(10_010);
  });

  test("is fresh to a program: what it does not write it does not read", () => {
    const d = new Draft();
    const [a, b, out] = [d.view("input", 6), d.view("input", 6), d.view("output", 4)];
    const matrix = (view: View, rows: number): View =>
      compactView(view.buffer, [rows, view.buffer.size / rows]);
    const letters = { a: "mk", b: "kn", out: "mn" };
    const emitted = emitContract({ a: matrix(a, 2), b: matrix(b, 3), out: matrix(out, 2), letters });
    agree(d.program([a, b], [out], [d.call(emitted)]), count(6), count(6));
  });
});

describe("an engine", () => {
  test("that is asked for what the host has not says so", () => {
    const validate = WebAssembly.validate;
    try {
      WebAssembly.validate = () => false;
      expect(() => wasm()).toThrow(UnsupportedError);
      expect(() => wasm()).toThrowErrorMatchingInlineSnapshot(`
        [UnsupportedError: wasm: this host has no WebAssembly with 128-bit vectors.
        Use the reference engine: compile(f, { engine: reference() }).]
      `);
    } finally {
      WebAssembly.validate = validate;
    }
  });

  test("of which nothing is left when it is disposed of", () => {
    const engine = wasm();
    const stored = engine.store(count(3));
    engine.dispose();
    expect(() => stored.data).toThrow(StaleError);
    expect(() => engine.store(count(3))).toThrow(StaleError);
  });
});
