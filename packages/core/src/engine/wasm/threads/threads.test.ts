import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, describe, expect, test } from "vitest";
import { lstm, programs, random, type Lstm } from "../../../../test/programs.ts";
import { threaded } from "../../../../test/threaded.ts";
import {
  add,
  applyOp,
  compile,
  full,
  gradient,
  graph,
  input,
  matmul,
  mean,
  mul,
  reference,
  scan,
  stateful,
  sub,
  tensor,
  transpose,
  UnsupportedError,
  type Engine,
  type Op,
  type Tensor,
  type Value,
} from "../../../index.ts";
import { isSharedOut } from "../../../compiler/plan/effort.ts";
import { flatten } from "../../../tensor/tree.ts";
import type { WasmEngine } from "../engine.ts";
import { wasm } from "../index.ts";

const engines: Engine[] = [];
afterAll(() => engines.splice(0).forEach((engine) => engine.dispose()));
const engineOf = (threads: number, relaxed = false): Engine => {
  const engine = threaded(threads, relaxed);
  engines.push(engine);
  return engine;
};

const numbersIn = (result: unknown): Map<string, number[]> =>
  new Map(flatten(result).map(({ path, leaf }) => [path, [...(leaf as Tensor).data]]));

const run = ([f, args]: (typeof programs)[string], engine: Engine): Map<string, number[]> => {
  const compiled = compile(f as (...xs: unknown[]) => unknown, { engine });
  return numbersIn(compiled(...(args as never[])));
};

describe.each([false, true])("the number of threads changes no bit, relaxed: %s", (relaxed) => {
  const [one, two, three] = [engineOf(1, relaxed), engineOf(2, relaxed), engineOf(3, relaxed)];

  test.each(Object.entries(programs))("%s", (_, program) => {
    const expected = run(program, one);
    expect(run(program, two)).toEqual(expected);
    expect(run(program, three)).toEqual(expected);
  });
});

test("every thread has memory of its own for the copies that a long sum is read from", () => {
  const product = (a: Value, b: Value): Value => matmul(transpose(a), b);
  const args = [single(random(1100, 130)), single(random(1100, 130))] as const;
  const [one, ...others] = [1, 2, 3].map((threads) =>
    compile(product, { engine: engineOf(threads) })(...args),
  );
  for (const other of others) expect(other.data).toEqual(one!.data);
});

/** A custom LSTM, forward and backward of the mean of its outputs squared: of one sequence, of H states. */
const recurrence = (H: number, B: number) => (p: Lstm, xs: Value) => {
  const zeros = full(0, { dtype: "f32", shape: [B, H] });
  const [, hs] = scan(lstm(p), { h: zeros, c: zeros }, xs);
  const loss = mean(mul(hs, hs));
  return { loss, g: gradient(loss, p) };
};
const single = ({ data, shape }: Tensor): Tensor => tensor(Float32Array.from(data), { shape });
const argumentsOf = (H: number, B: number, T: number) =>
  [
    { wx: single(random(H, 4 * H)), wh: single(random(H, 4 * H)), b: single(random(4 * H)) },
    single(random(T, B, H)),
  ] as const;

test("a program gives the same bits in a thousand runs", () => {
  const f = compile(recurrence(8, 4), { engine: engineOf(3) });
  const args = argumentsOf(8, 4, 6);
  const first = numbersIn(f(...args));
  for (let n = 0; n < 1000; n++) expect(numbersIn(f(...args))).toEqual(first);
});

describe("many steps keep no memory, in the engine and in JavaScript", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const check = (engine: WasmEngine, count: number, step: () => unknown): void => {
    engines.push(engine);
    const steps = (n: number): void => {
      for (let i = 0; i < n; i++) step();
    };
    steps(count / 5);
    const [memory, before] = [engine.used, heap()];
    steps(count);
    expect(engine.used).toBe(memory);
    // One small object of 100 bytes per step would be more.
    expect(heap() - before).toBeLessThan(50 * count);
  };

  test("of a small recurrence", () => {
    const engine = wasm({ threads: 2 }) as WasmEngine;
    const f = compile(recurrence(32, 1), { engine });
    const args = argumentsOf(32, 1, 25);
    check(engine, 10_000, () => f(...args));
  }, 60_000);

  test("of a program that is shared out", () => {
    const engine = threaded(2);
    const f = compile((x: Value) => mul(2, x), { engine });
    const x = single(random(64));
    check(engine, 5_000, () => f(x));
  }, 60_000);
});

test("programs that gain from it are shared out, and others are not", () => {
  const isShared = (B: number, H: number): boolean => {
    const [wx, wh] = ["wx", "wh"].map((name) => input({ dtype: "f32", shape: [H, 4 * H] }, name));
    const p = { wx: wx!, wh: wh!, b: input({ dtype: "f32", shape: [4 * H] }, "b") };
    const xs = input({ dtype: "f32", shape: [25, B, H] }, "xs");
    const { loss, g } = recurrence(H, B)(p, xs);
    const closed = graph([p.wx, p.wh, p.b, xs], [loss, g.wx, g.wh, g.b]);
    return isSharedOut(wasm({ threads: 2 }).plan(closed, { checks: "none" }).statements);
  };
  expect(isShared(50, 128)).toBe(true);
  expect(isShared(1, 32)).toBe(false);
});

describe("a function of JavaScript in a program that is shared out", () => {
  const host = (f: (x: Tensor) => Float32Array): Op<object> => ({
    name: "host",
    infer: ([x]) => [x!],
    lower: { kernels: ({ inputs, outputs }, to) => to.host(([x]) => [f(x!)], inputs, outputs) },
  });
  const around =
    (op: Op<object>) =>
    (x: Value): Value =>
      mul(2, add(1, applyOp(op, [mul(3, x)], {})[0]!));
  const x = single(random(40));

  test("sees what all threads have done, and they see what it returns", () => {
    const reversed = host(({ data }) => Float32Array.from(data).toReversed());
    const f = compile(around(reversed), { engine: engineOf(3) });
    const once = [...x.data].map((n) => 2 * (1 + 3 * n)).toReversed();
    [...f(x).data].forEach((n, i) => expect(n).toBeCloseTo(once[i]!, 5));
  });

  test("may run other programs of the engine", () => {
    const engine = engineOf(2);
    const negated = compile((y: Value) => sub(0, y), { engine });
    const f = compile(around(host((y) => Float32Array.from(negated(y).data))), { engine });
    const expected = [...x.data].map((n) => 2 * (1 - 3 * n));
    [...f(x).data].forEach((n, i) => expect(n).toBeCloseTo(expected[i]!, 5));
  });

  test("may throw, and the next run is right", () => {
    let isBroken = true;
    const broken = host(({ data }) => {
      if (isBroken) throw new Error("broken");
      return Float32Array.from(data);
    });
    const f = compile(around(broken), { engine: engineOf(3) });
    expect(() => f(x)).toThrow("broken");
    isBroken = false;
    const expected = compile(around(broken), { engine: reference() })(x).data;
    [...f(x).data].forEach((n, i) => expect(n).toBeCloseTo(expected[i]!, 5));
  });
});

describe("engines with threads", () => {
  test("do not disturb each other", () => {
    const [f, g] = [2, 3].map((threads) => compile(recurrence(8, 4), { engine: engineOf(threads) }));
    const args = argumentsOf(8, 4, 6);
    const expected = numbersIn(compile(recurrence(8, 4), { engine: engineOf(1) })(...args));
    for (let n = 0; n < 20; n++) {
      expect(numbersIn(f!(...args))).toEqual(expected);
      expect(numbersIn(g!(...args))).toEqual(expected);
    }
  });

  test("run programs before their workers have started, while others are compiled, and afterwards", async () => {
    const engine = wasm({ threads: 2, relaxed: false });
    engines.push(engine);
    const [a, b] = [single(random(200, 200)), single(random(200, 200))];
    const expected = compile((x: Value, y: Value) => matmul(x, y), { engine: engineOf(1) })(a, b).data;
    const step = stateful(({ w }: { w: Value }, y: Value) => [{ w }, matmul(w, y)], { w: a }, { engine });
    for (let n = 0; n < 10; n++) {
      const f = compile((x: Value, y: Value) => matmul(x, y), { engine });
      expect(f(a, b).data).toEqual(expected);
      expect(step.step(b).data).toEqual(expected);
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (n % 2 === 0) f.dispose();
    }
  });

  test("are refused a number that is none", () => {
    for (const threads of [0, 1.5, -1, NaN]) expect(() => wasm({ threads })).toThrow(UnsupportedError);
    expect(() => wasm({ threads: 0.5 })).toThrowErrorMatchingInlineSnapshot(`
      [UnsupportedError: wasm: there can't be 0.5 threads.
      \`threads\` is a whole number, at least 1.]
    `);
  });
});
