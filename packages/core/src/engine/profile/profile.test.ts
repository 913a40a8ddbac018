import { describe, expect, test } from "vitest";
import { applyOp, type Op, type Value } from "../../graph/node.ts";
import {
  add,
  captureSource,
  compile,
  constant,
  mul,
  reference,
  scan,
  square,
  stateful,
  sum,
  tensor,
  type Engine,
  type Profile,
  type ProfiledCall,
  type ProfiledStatement,
  type Tensor,
} from "../../index.ts";
import { descend, sequence, start } from "../../../test/descent.ts";
import { wasm } from "../wasm/index.ts";

const engines: Readonly<Record<string, () => Engine>> = { wasm, reference };

const once = { repetitions: 1 };

const callsOf = (statements: readonly ProfiledStatement[]): readonly ProfiledCall[] =>
  statements.flatMap((s) => (s.kind === "loop" ? callsOf(s.body) : [s]));

/** An op of JavaScript that takes so many milliseconds of a clock that stands still otherwise. */
class Delays {
  now = 0;

  op(name: string, ms: number): (x: Value) => Value {
    const op: Op = {
      name,
      infer: ([x]) => [x!],
      lower: {
        kernels: ({ inputs, outputs }, to) => {
          const delay = ([given]: readonly Tensor[]) => {
            this.now += ms;
            return [given!.data];
          };
          to.host(delay, inputs, outputs);
        },
      },
    };
    return (x) => applyOp(op, [x], {})[0]!;
  }
}

describe.each(Object.entries(engines))("on the %s engine", (_, engine) => {
  test("time is given to the call in which it passes, all turns of a loop together", () => {
    const delays = new Delays();
    const [slow, quick] = [delays.op("slow", 5), delays.op("quick", 2)];
    const f = compile(
      (x: Value) =>
        slow(
          mul(
            2,
            scan(
              (s: Value, row: Value) => [quick(add(s, row)), undefined],
              quick(x),
              constant(tensor([[1], [2], [3]])),
            )[0],
          ),
        ),
      { engine: engine() },
    );
    const profile = f.profile([tensor([1])], { ...once, clock: () => delays.now });
    const times = callsOf(profile.statements).filter(({ ms }) => ms > 0);
    expect(times.map(({ origin, calls, ms }) => [origin.op, calls, ms])).toEqual([
      ["quick", 1, 2],
      ["quick", 3, 6],
      ["slow", 1, 5],
    ]);
    expect(profile.statements.flatMap((s) => (s.kind === "loop" ? [s.turns, s.ms] : []))).toEqual([3, 6]);
    expect([profile.sumMs, profile.wholeMs]).toEqual([13, 13]);
  });

  test("what it takes to look at the clock is not counted", () => {
    let reads = 0;
    // Every look takes a millisecond and nothing else takes any.
    const f = compile((x: Value) => sum(square(x)), { engine: engine() });
    const profile = f.profile([sequence], { ...once, clock: () => reads++ });
    expect(profile.overheadMs).toBe(1);
    expect(callsOf(profile.statements).map(({ ms }) => ms)).toEqual(callsOf(profile.statements).map(() => 0));
  });

  test("calls have the numbers of explain(), and in order", () => {
    const trainer = stateful(descend, start(), { engine: engine() });
    const { statements } = trainer.profile(sequence, once);
    const explained = trainer
      .explain()
      .split("\n")
      .flatMap((line) => /^ *(\d+) (\w+) .*# (.*)$/.exec(line)?.slice(1) ?? []);
    const profiled = callsOf(statements).flatMap(({ number, what, origin }) => [
      String(number),
      what.split(" ")[0],
      origin.text,
    ]);
    expect(profiled.length).toBeGreaterThan(20);
    expect(profiled).toEqual(explained);
  });

  test("a profiled step changes no state, and the steps after it are what they would have been", () => {
    const make = () => stateful(descend, start(), { engine: engine() });
    const [trainer, twin] = [make(), make()];
    for (const t of [trainer, twin]) t.step(sequence);
    const kept = trainer.state.w;
    trainer.profile(sequence, once);
    expect(trainer.state.w).toBe(kept);
    expect([...kept.data]).toEqual([...twin.state.w.data]);
    const losses = [trainer, twin].map((t) => t.step(sequence).loss.data[0]);
    expect(losses[0]).toBe(losses[1]);
    expect([...trainer.state.w.data]).toEqual([...twin.state.w.data]);
  });

  test("arguments stay as they are, and types that are new are compiled", () => {
    const f = compile((x: Value, y: Value) => add(square(x), y), { engine: engine() });
    const [x, y] = [tensor([1, 2]), tensor([3, 4])];
    f.profile([x, y], once);
    expect(f.compilations).toBe(1);
    expect([[...x.data], [...y.data]]).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect([...f(x, y).data]).toEqual([4, 8]);
    expect(f.compilations).toBe(1);
  });

  test("its sums are those of its parts, and it is plain data", () => {
    const profile = stateful(descend, start(), { engine: engine() }).profile(sequence, once);
    const sumOf = (list: readonly { readonly ms: number }[]): number =>
      list.reduce((all, { ms }) => all + ms, 0);
    expect(profile.sumMs).toBeCloseTo(sumOf(callsOf(profile.statements)), 9);
    for (const s of profile.statements) if (s.kind === "loop") expect(s.ms).toBe(sumOf(s.body));
    expect(JSON.parse(JSON.stringify(profile))).toEqual({ ...profile });
  });

  test("a program without calls has a profile", () => {
    const f = compile((x: Value) => x, { engine: engine() });
    const { sumMs, statements } = f.profile([tensor(1)], once);
    expect(callsOf(statements).every(({ form }) => form === "map")).toBe(true);
    expect(sumMs).toBeGreaterThanOrEqual(0);
  });
});

test("costs are those of a call times the turns of the loops around it", () => {
  const { statements } = stateful(descend, start(), { engine: reference() }).profile(sequence, once);
  const products = callsOf(statements).filter(({ origin }) => origin.op === "matmul");
  // [2, 4] times [4, 4], in three turns: once forward, and once in the scan that saves what the backward one needs.
  for (const { cost, calls, dtype } of products) {
    expect([calls, dtype]).toEqual([3, "f32"]);
    expect(cost).toEqual({
      multiplyAdds: 3 * 2 * 4 * 4,
      operations: 0,
      bytesRead: 3 * 4 * (8 + 16),
      bytesWritten: 3 * 4 * 8,
    });
  }
  expect(products).toHaveLength(2);
});

test("a checked program is profiled as it is run: by the reference engine", () => {
  const trainer = stateful(descend, start(), { engine: wasm(), checks: "finite" });
  const { peak, statements } = trainer.profile(sequence, once);
  expect(peak).toEqual({});
  expect(callsOf(statements).length).toBeGreaterThan(20);
  expect([...trainer.state.w.data]).toEqual([...start().w.data]);
});

test("the peak is measured for the dtypes of floats that the program writes", () => {
  const f = compile((x: Value) => square(x), { engine: wasm() });
  const peaks = [tensor([1]), tensor([1], { dtype: "f64" }), tensor([1], { dtype: "i32" })].map(
    (x) => f.profile([x], once).peak,
  );
  expect(peaks.map((peak) => Object.keys(peak))).toEqual([["f32"], ["f64"], []]);
  for (const rate of peaks.flatMap((peak) => Object.values(peak))) {
    expect(rate).toBeGreaterThan(0);
    expect(rate).toBeLessThan(Infinity);
  }
});

test("nothing is compiled for it before it is asked for", () => {
  const Module = WebAssembly.Module;
  let modules = 0;
  WebAssembly.Module = class extends Module {
    constructor(bytes: BufferSource) {
      super(bytes);
      modules++;
    }
  };
  try {
    const f = compile((x: Value) => square(x), { engine: wasm() });
    f(tensor([1, 2]));
    expect(modules).toBe(1);
    f.profile([tensor([1, 2])], once);
    expect(modules).toBe(3); // with marks, and the peak
  } finally {
    WebAssembly.Module = Module;
  }
});

test("steps of a coarse clock even out", () => {
  const delays = new Delays();
  // Two runs take 1 / (4 + golden ratio) of a step of the clock, so that steps fall everywhere in them, and evenly.
  const ms = 1 / (4 + (1 + Math.sqrt(5)) / 2) / 8;
  const f = compile((x: Value) => delays.op("longer", 3 * ms)(delays.op("shorter", ms)(x)), {
    engine: wasm(),
  });
  // It goes on a little at every look, too.
  const clock = (): number => Math.floor((delays.now += 1e-6));
  const { statements } = f.profile([tensor(1)], { repetitions: 16, clock });
  const [shorter, longer] = callsOf(statements)
    .filter(({ kind }) => kind === "host")
    .map((call) => call.ms / ms);
  expect(Math.abs(shorter! - 1)).toBeLessThan(0.25);
  expect(Math.abs(longer! - 3)).toBeLessThan(0.25);
});

test("as a string it is two tables: forms, and calls with the slowest first", () => {
  captureSource(true);
  let profile: Profile;
  try {
    profile = stateful(descend, start(), { engine: wasm() }).profile(sequence, once);
  } finally {
    captureSource(false);
  }
  const text = String(profile);
  const [head, forms, calls] = text.split("\n\n").map((part) => part.split("\n"));
  expect(head!.map((line) => line.replaceAll(/\d+(\.\d+)?/g, "0"))).toEqual([
    "profile: 0 repetitions on wasm, of which the fastest quarter counts",
    "  a run       0 ms",
    "  its calls   0 ms, each timed by itself, less 0 us a call for the clock",
    "  the peak    0 Gop/s in f0, by a loop of multiply-adds in between",
  ]);
  expect(forms![0]).toMatch(/^form +calls +ms +share +Gop\/s +of peak +GB\/s$/);
  expect(
    forms!
      .slice(1)
      .map((line) => line.split(" ")[0]!)
      .toSorted(),
  ).toEqual(expect.arrayContaining(["contract", "fill", "map", "reduce"]));
  expect(calls![0]).toMatch(/^ *# +calls +ms +share +Gop\/s +of peak +GB\/s +line +what$/);
  const slowestFirst = callsOf(profile.statements).toSorted((a, b) => b.ms - a.ms);
  expect(calls!.slice(1).map((line) => Number(line.trim().split(" ")[0]))).toEqual(
    slowestFirst.map(({ number }) => number),
  );
  expect(calls!.find((line) => line.includes("# tanh:"))).toMatch(/ descent\.ts:\d+ +map \[8\] -> next/);
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(160);
});

test("an engine that takes no times says so", () => {
  const { timed: _, ...untimed } = {
    ...reference().load({
      kernels: [],
      buffers: [],
      inputs: [],
      outputs: [],
      statements: [],
      checks: "none",
    }),
  };
  const engine: Engine = { ...reference(), name: "plain", load: () => untimed };
  const f = compile((x: Value) => square(x), { engine });
  expect(() => f.profile([tensor(1)])).toThrowErrorMatchingInlineSnapshot(`
    [UnsupportedError: profile: the engine plain takes no times of its calls.
    Compile for an engine that does: wasm() or reference().]
  `);
});
