import { describe, expect, test } from "vitest";
import { descend, sequence, start } from "../../../test/descent.ts";
import {
  compile,
  constant,
  InternalError,
  mul,
  sin,
  square,
  stateful,
  sum,
  tensor,
  UnsupportedError,
  type Engine,
  type Program,
  type Tensor,
  type Value,
} from "../../index.ts";
import { emitFill } from "../../ir/emit.ts";
import { compactView, type Buffer } from "../../ir/view.ts";
import { bestEngine } from "../default.ts";
import { compileModule } from "./compile-module.ts";
import { wasm } from "./index.ts";

/** Something of the host is different while a function runs. */
function on<K extends keyof typeof WebAssembly, R>(name: K, other: (typeof WebAssembly)[K], run: () => R): R {
  const own = WebAssembly[name];
  try {
    WebAssembly[name] = other;
    return run();
  } finally {
    WebAssembly[name] = own;
  }
}

const mebibyte = 2 ** 20;

/** An engine whose memory is full at five mebibytes, of which more than one are scratch. */
const small = (): Engine => {
  const Small = class extends WebAssembly.Memory {
    constructor(type: WebAssembly.MemoryDescriptor) {
      super({ ...type, maximum: (5 * mebibyte) / 2 ** 16 });
    }
  };
  return on("Memory", Small, () => wasm());
};

const ones = (bytes: number): Tensor => tensor(new Float32Array(bytes / 4).fill(1));

/** What is taken of an engine's memory. */
const taken = (f: { memory(): { readonly shared: { readonly taken: number } | undefined } }): number =>
  f.memory().shared!.taken;

describe("when memory can't grow", () => {
  test("loading a program says what is missing, and leaves the engine as it was", () => {
    const engine = small();
    const f = compile((x: Value) => square(x), { engine });
    f(tensor([3]));
    const before = taken(f);
    const twice = (x: Value): Value => mul(sin(x), sum(x));
    const g = compile((x: Value) => sum(twice(twice(x))), { engine });
    expect(() => g(ones(5 * mebibyte))).toThrow(UnsupportedError);
    expect(() => g(ones(5 * mebibyte))).toThrow(
      /^wasm: \d\.\d MiB are needed in one piece where \d\.\d are taken of \d\.\d, and the memory can't grow that far\.\nUse smaller batches/,
    );
    expect(taken(f)).toBe(before);
    expect([...f(tensor([4])).data]).toEqual([16]);
    // Of a single number y: sin(x) x, and the same of that.
    const once = Math.sin(0.5) * 0.5;
    expect(g(tensor([0.5])).data[0]).toBeCloseTo(Math.sin(once) * once, 6);
  });

  test("a run that has no room for its inputs gives back what it took, and the state is as it was", () => {
    const engine = small();
    const step = ({ w }: { w: Value }, xs: Value) => [{ w: mul(w, sum(xs)) }, sum(w)] as const;
    const trainer = stateful(step, { w: ones(mebibyte / 2) }, { engine });
    trainer.step(tensor([2]));
    const before = taken(trainer);
    const kept = trainer.state.w;
    expect(() => trainer.step(ones(4 * mebibyte))).toThrow(UnsupportedError);
    expect(trainer.state.w).toBe(kept);
    expect([...kept.data.subarray(0, 2)]).toEqual([2, 2]);
    trainer.step(tensor([3]));
    expect([...trainer.state.w.data.subarray(0, 2)]).toEqual([6, 6]);
    // All that is left is the program for the larger types, which was loaded.
    expect(taken(trainer) - before).toBeLessThan(1024);
  });

  test("inputs that were copied to be overwritten are given back as well", () => {
    const engine = small();
    const step = ({ w }: { w: Value }, xs: Value) => [{ w: mul(w, sum(xs)) }, {}] as const;
    const trainer = stateful(step, { w: ones(mebibyte / 2) }, { engine });
    trainer.step(tensor([2]));
    const before = taken(trainer);
    // A profile overwrites copies.
    for (let i = 0; i < 20; i++)
      expect(() => trainer.profile(ones(4 * mebibyte), { repetitions: 1 })).toThrow(UnsupportedError);
    trainer.step(tensor([1]));
    expect(taken(trainer) - before).toBeLessThan(1024);
    expect(trainer.state.w.data[0]).toBe(2);
  });

  test("what is free at its end is used, so that no more is asked for than is missing", () => {
    const engine = small();
    // Scratch and constants take more than two mebibytes of the six, and together these would take seven.
    const stored = [engine.store(ones(1.5 * mebibyte))];
    stored.pop()!.retire("in a test");
    expect(engine.store(ones(3 * mebibyte)).data).toHaveLength((3 * mebibyte) / 4);
  });

  test("storing a tensor fails, and there is room again when a program is disposed of", () => {
    const engine = small();
    const f = compile((x: Value) => sum(x), { engine });
    f(ones(2 * mebibyte));
    expect(() => engine.store(ones(3 * mebibyte))).toThrow(UnsupportedError);
    f.dispose();
    expect(engine.store(ones(3 * mebibyte)).data).toHaveLength((3 * mebibyte) / 4);
  });

  test("an engine that gets no memory at all says so", () => {
    const None = class {
      constructor() {
        throw new RangeError("could not allocate memory");
      }
    } as unknown as typeof WebAssembly.Memory;
    expect(() => on("Memory", None, () => wasm())).toThrowErrorMatchingInlineSnapshot(`
      [UnsupportedError: wasm: the host gives no memory: could not allocate memory.
      Dispose of engines that are not needed any more, or use one engine for everything.]
    `);
  });
});

test("programs run beyond two gibibytes", () => {
  const engine = wasm();
  const buffer: Buffer = { id: 0, name: "vast", dtype: "f32", size: 2 ** 29, role: "temporary" };
  // Four elements of it are touched, and the others never become real.
  const { kernel, operands } = emitFill({ ...compactView(buffer, [4]) }, 1)!;
  const program: Program = {
    kernels: [kernel],
    buffers: [buffer],
    inputs: [],
    outputs: [],
    statements: [{ kind: "call", kernel: 0, operands, origin: { node: 0, op: "fill", text: "fill" } }],
    checks: "none",
  };
  engine.load(program).run([]);
  const [high, low] = [engine, wasm()].map((each) => stateful(descend, start(), { engine: each }));
  for (let i = 0; i < 3; i++)
    expect(high!.step(sequence).loss.data[0]).toBe(low!.step(sequence).loss.data[0]);
  expect([...high!.state.w.data]).toEqual([...low!.state.w.data]);
  expect(taken(high!)).toBeGreaterThan(2 ** 31);
});

describe("a module that does not compile", () => {
  test("is our mistake when its bytes are no module", () => {
    expect(() => compileModule(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 99))).toThrow(InternalError);
    expect(() => compileModule(Uint8Array.of(1, 2, 3))).toThrow(
      /^internal: wasm: a program was written as 3 bytes that are no module: .*\.\nThis is a bug in unroll\. Please report/s,
    );
  });

  test("is refused by the host when they are one, and leaves the engine as it was", () => {
    const engine = wasm();
    const f = compile((x: Value) => square(x), { engine });
    f(tensor([3]));
    const before = taken(f);
    const Forbidden = class {
      constructor() {
        throw new WebAssembly.CompileError("blocked by the page's policy");
      }
    } as unknown as typeof WebAssembly.Module;
    const g = compile((x: Value) => sin(x), { engine });
    const message = () => {
      try {
        return String(on("Module", Forbidden, () => g(tensor([1]))));
      } catch (error) {
        return String(error).replace(/\d+ bytes/, "N bytes");
      }
    };
    expect(message()).toMatchInlineSnapshot(`
      "UnsupportedError: wasm: the host did not compile the program, a module of N bytes: blocked by the page's policy.
      Use the reference engine: compile(f, { engine: reference() })."
    `);
    expect(taken(f)).toBe(before);
    expect([...f(tensor([4])).data]).toEqual([16]);
    expect(g(tensor([1])).data[0]).toBeCloseTo(Math.sin(1), 6);
  });
});

describe("a host without", () => {
  const { validate } = WebAssembly;
  const multiplyAdd = [0xfd, 0x85, 0x02].join();
  const withoutRelaxed = (bytes: BufferSource): boolean =>
    validate(bytes) && !new Uint8Array(bytes as Uint8Array<ArrayBuffer>).join().includes(multiplyAdd);

  test("a multiply-add that rounds once does without it, and says so when it is asked for", () => {
    expect(() => on("validate", withoutRelaxed, () => wasm({ relaxed: true })))
      .toThrowErrorMatchingInlineSnapshot(`
      [UnsupportedError: wasm: this host has no relaxed multiply-add.
      Leave \`relaxed\` out, and it is used where there is one.]
    `);
    const engines = [on("validate", withoutRelaxed, () => wasm()), wasm({ relaxed: false })];
    const [found, expected] = engines.map((engine) => {
      const trainer = stateful(descend, start(), { engine });
      trainer.step(sequence);
      return [...trainer.state.w.data];
    });
    expect(found).toEqual(expected);
  });

  test("vectors gets the reference engine when it names none", () => {
    expect(bestEngine().name).toBe("wasm");
    const engine = on("validate", () => false, bestEngine);
    expect(engine.name).toBe("reference");
    expect([...compile((x: Value) => square(x), { engine })(tensor([3])).data]).toEqual([9]);
  });

  test("WebAssembly does, too", () => {
    const own = globalThis.WebAssembly;
    try {
      Reflect.set(globalThis, "WebAssembly", undefined);
      expect(bestEngine().name).toBe("reference");
      expect(() => wasm()).toThrow(UnsupportedError);
    } finally {
      globalThis.WebAssembly = own;
    }
  });
});

test("constants of a program that was refused do not stay", () => {
  const engine = small();
  const f = compile((x: Value) => square(x), { engine });
  f(tensor([3]));
  const before = taken(f);
  const table = tensor(new Float32Array(mebibyte));
  const g = compile((x: Value) => sum(mul(constant(table), x)), { engine });
  expect(() => g(tensor([1]))).toThrow(UnsupportedError);
  expect(taken(f)).toBe(before);
});
