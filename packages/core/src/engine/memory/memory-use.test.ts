import { describe, expect, test } from "vitest";
import { descend, sequence, start } from "../../../test/descent.ts";
import {
  add,
  compile,
  constant,
  graph,
  input,
  label,
  matmul,
  mul,
  reference,
  sin,
  square,
  stateful,
  sum,
  tensor,
  MemoryUse,
  type BufferUse,
  type Engine,
  type Value,
} from "../../index.ts";
import { wasm } from "../wasm/index.ts";

const aligned = (bytes: number): number => 64 * Math.ceil(bytes / 64);

const sumOf = (buffers: readonly BufferUse[]): number => buffers.reduce((sum, { bytes }) => sum + bytes, 0);
const isOwn = ({ purpose }: BufferUse): boolean => !["state", "input", "output"].includes(purpose);

const named = ({ buffers }: MemoryUse, name: string): BufferUse => buffers.find((b) => b.name === name)!;

function trained(engine: Engine): MemoryUse {
  const trainer = stateful(descend, start(), { engine });
  trainer.step(sequence);
  return trainer.memory();
}

describe.each(Object.entries({ wasm, reference }))("on the %s engine", (_, engine) => {
  test("bytes for every purpose are those of its buffers", () => {
    const use = trained(engine());
    for (const [purpose, bytes] of Object.entries(use.purposes))
      expect(bytes).toBe(sumOf(use.buffers.filter((buffer) => buffer.purpose === purpose)));
    expect(use.purposes.state).toBe(aligned(4 * 4 * 4));
    expect(use.purposes.input).toBe(aligned(4 * 3 * 2 * 4));
    for (const { bytes, size } of use.buffers) expect(bytes).toBe(aligned(4 * size));
  });

  test("what its own buffers take and what sharing saves is what they are", () => {
    const use = trained(engine());
    expect(use.own + use.saved).toBe(sumOf(use.buffers.filter(isOwn)));
  });

  test("it is plain data, largest first", () => {
    const use = trained(engine());
    expect(JSON.parse(JSON.stringify(use))).toEqual(JSON.parse(JSON.stringify({ ...use })));
    const sizes = use.buffers.map(({ bytes }) => bytes);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });

  test("inputs that nothing touches count", () => {
    const f = compile((p: { used: Value; idle: Value }) => ({ y: square(p.used), idle: p.idle }), {
      engine: engine(),
    });
    f({ used: tensor([1]), idle: tensor(new Float32Array(100)) });
    expect(named(f.memory(), "p.idle")).toMatchObject({ purpose: "input", bytes: 448, first: 0 });
    expect(f.memory().purposes.input).toBe(448 + 64);
  });
});

test("a buffer lives from the call that writes it to the last that reads it, loops as a whole", () => {
  const trainer = stateful(descend, start(), { engine: wasm() });
  trainer.step(sequence);
  const use = trainer.memory();
  const lines = trainer.explain().split("\n");
  /** The number of the first call after a line, and of the last call before one. */
  const numberAfter = (at: number): number =>
    Number(
      lines
        .slice(at)
        .find((line) => /^ *\d+ \w/.test(line))!
        .trim()
        .split(" ")[0],
    );
  const numberBefore = (at: number): number =>
    Number(
      lines
        .slice(0, at)
        .findLast((line) => /^ *\d+ \w/.test(line))!
        .trim()
        .split(" ")[0],
    );
  const loops = lines.flatMap((line, at) => (line.trim().startsWith("loop") ? [at] : []));
  const ends = lines.flatMap((line, at) => (line.trim() === "end" ? [at] : []));
  const [forward] = loops.map((at, i) => [numberAfter(at), numberBefore(ends[i]!)] as const);
  // The states of all steps are begun before the loop that writes them and read in the one that goes backwards.
  const states = named(use, "next");
  expect(states).toMatchObject({ purpose: "stack", size: (3 + 1) * 2 * 4 });
  expect(states.first).toBeLessThan(forward![0]);
  expect(states.last).toBeGreaterThan(forward![1]);
  // What only the forward loop uses lives for all of it and no longer.
  const sums = use.buffers.find(({ purpose, first }) => purpose === "temporary" && first === forward![0]);
  expect(sums).toMatchObject({ size: 2 * 4, last: forward![1] });
  expect(named(use, "w")).toMatchObject({ purpose: "state", first: 0 });
  const calls = numberBefore(lines.length);
  expect(named(use, "sum")).toMatchObject({ purpose: "output", last: calls + 1 });
});

test("values that do not live at the same time share a place, and the report says what that saves", () => {
  const f = compile(
    (x: Value) => {
      // Sums in between keep the maps apart.
      const next = (y: Value): Value => mul(sin(y), sum(y));
      return sum(next(next(next(next(x)))));
    },
    { engine: wasm() },
  );
  f(tensor(new Float32Array(1000)));
  const { own, saved, buffers } = f.memory();
  const ownBuffers = buffers.filter(isOwn);
  const calls = Math.max(...ownBuffers.map(({ last }) => last));
  const together = Array.from({ length: calls + 1 }, (_, call) =>
    sumOf(ownBuffers.filter(({ first, last }) => first <= call && call <= last)),
  );
  expect(own).toBeGreaterThanOrEqual(Math.max(...together));
  // Of the four values of each step, no two steps' are needed at once.
  expect(saved).toBeGreaterThanOrEqual(2 * aligned(4000));
});

test("constants and panels are told apart", () => {
  const table = constant(tensor(Float32Array.from({ length: 300 }, (_, i) => i)));
  const weights = (x: Value, w: Value): Value => matmul(x, add(w, sum(table)));
  const f = compile((x: Value, w: Value) => [matmul(x, w), add(table, 1), weights(x, w)], { engine: wasm() });
  f(tensor(new Float32Array(640), { shape: [20, 32] }), tensor(new Float32Array(512), { shape: [32, 16] }));
  const use = f.memory();
  expect(use.purposes.constant).toBeGreaterThanOrEqual(aligned(1200));
  for (const { purpose, name } of use.buffers) expect(purpose === "panels").toBe(name.includes(".panels"));
});

test("what an engine has taken is told, and given back by dispose", () => {
  const engine = wasm();
  const f = compile((x: Value) => square(x), { engine });
  const x = tensor(new Float32Array(50_000));
  f(x);
  const before = f.memory();
  const g = compile((y: Value) => sum(square(y)), { engine });
  g(x);
  const both = f.memory().shared!;
  // The copies of its input and its output lie in the engine.
  expect(g.memory().copies).toBeGreaterThanOrEqual(aligned(200_000) + 64);
  expect(both.taken - before.shared!.taken).toBeGreaterThanOrEqual(g.memory().own + g.memory().copies);
  expect(both.total).toBeGreaterThanOrEqual(both.taken);
  g.dispose();
  expect(f.memory().shared!.taken).toBe(before.shared!.taken);
});

test("as a string it is a table of purposes, a summary, and the largest buffers", () => {
  const x = input({ dtype: "f32", shape: [1000] }, "x");
  const closed = graph([x], [sum(square(label({ angle: sin(x) }).angle))]);
  const program = reference().plan(closed, { checks: "none" });
  const engine = { taken: 3 * 2 ** 20, total: 5 * 2 ** 20, scratch: 2 ** 20 };
  const use = new MemoryUse("test", program, 0, { own: 4096, copies: 64, engine });
  expect(String(use)).toMatchInlineSnapshot(`
    "memory of a program on test
    for          bytes  buffers
    input      3.9 KiB        1
    output        64 B        1
    temporary  7.9 KiB        2

      its own buffers   4.0 KiB; sharing places saves 3.9 KiB
      copies in it      64 B, of inputs and outputs that are JavaScript's
      the engine        3.0 MiB taken of 5.0 MiB, 1.0 MiB of it scratch

      bytes  for        calls  buffer
    3.9 KiB  input      0-1    x f32[1000]
    3.9 KiB  temporary  1-2    angle f32[1000]
    3.9 KiB  temporary  2-3    mul f32[1000]
       64 B  output     3-4    sum f32[1]"
  `);
});

test("before there is a program there is nothing to tell", () => {
  const f = compile((x: Value) => square(x));
  expect(() => f.memory()).toThrowErrorMatchingInlineSnapshot(`
    [TreeError: compile: not called yet, so there is no program that takes memory.
    Call it once.]
  `);
  expect(() => stateful(descend, start()).memory()).toThrowErrorMatchingInlineSnapshot(`
    [TreeError: stateful: no step has been made, so there is no program that takes memory.
    Make one step.]
  `);
});

test("an engine that does not say what its programs take is named", () => {
  const { load, ...rest } = reference();
  const engine: Engine = {
    ...rest,
    name: "plain",
    load: (program) => ({ run: load(program).run, dispose: () => undefined }),
  };
  const f = compile((x: Value) => square(x), { engine });
  f(tensor(1));
  expect(() => f.memory()).toThrowErrorMatchingInlineSnapshot(`
    [UnsupportedError: memory: the engine plain does not say what its programs take.
    Compile for an engine that does: wasm() or reference().]
  `);
});
