import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import {
  add,
  compile,
  applyOp,
  gradient,
  matmul,
  mul,
  StaleError,
  stateful,
  sum,
  tanh,
  tensor,
  UnsupportedError,
  type HostFunction,
  type Value,
} from "@unroll/core";
import { threaded } from "../test/threaded.ts";
import { missing } from "../test/toolchain.ts";
import { native } from "./native.ts";

vi.setConfig({ testTimeout: 60_000 });

/** A value that a function of JavaScript passes on, or does not. */
const throughJavaScript = (x: Value, fails: () => boolean): Value =>
  applyOp(
    {
      name: "throughJavaScript",
      infer: ([type]) => [type!],
      lower: {
        kernels({ inputs, outputs }, to) {
          const pass: HostFunction = ([given]) => {
            if (fails()) throw new RangeError("no");
            return [given!.data];
          };
          to.host(pass, inputs, outputs);
        },
      },
    },
    [x],
    {},
  )[0]!;

const why = missing();
const folder = mkdtempSync(join(tmpdir(), "unroll-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(why !== undefined)(`the native engine${why === undefined ? "" : `, skipped: ${why}`}`, () => {
  const f = (x: Value, w: Value) => ({ y: tanh(matmul(x, w)), g: gradient(sum(tanh(matmul(x, w))), { w }) });
  const count = (rows: number, columns: number) =>
    tensor(
      Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i)),
      { shape: [rows, columns] },
    );

  test("compiles a program once, and finds it again", () => {
    const cache = join(folder, "once");
    const first = compile(f, { engine: native({ cache }) })(count(3, 4), count(4, 5));
    expect(readdirSync(cache)).toHaveLength(1);
    const before = readdirSync(cache);
    const second = compile(f, { engine: native({ cache }) })(count(3, 4), count(4, 5));
    expect(readdirSync(cache)).toEqual(before);
    expect(second.y.data).toEqual(first.y.data);
  });

  test("compiles anew what was changed in the cache", () => {
    const cache = join(folder, "changed");
    const run = () => compile(f, { engine: native({ cache }) })(count(2, 4), count(4, 5)).y.data;
    const expected = run();
    const library = join(cache, readdirSync(cache)[0]!);
    // Not in place: it is part of this process.
    rmSync(library);
    writeFileSync(library, "not a library");
    expect(run()).toEqual(expected);
  });

  test.skipIf(process.getuid?.() === undefined)(
    "says once that a cache can't be used, and runs without",
    () => {
      const cache = join(folder, "shared");
      native({ cache }).dispose();
      rmSync(cache, { recursive: true, force: true });
      const warnings: string[] = [];
      const emit = process.emitWarning;
      process.emitWarning = (warning: string | Error) => void warnings.push(String(warning));
      try {
        writeFileSync(cache, "a file");
        for (let i = 0; i < 2; i++)
          expect(compile(f, { engine: native({ cache }) })(count(1, 2), count(2, 2)).y.shape).toEqual([1, 2]);
      } finally {
        process.emitWarning = emit;
      }
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain("Programs are compiled anew in every process.");
    },
  );

  test("keeps nothing without a cache", () => {
    const before = existsSync(join(folder, "none"));
    compile(f, { engine: native({ cache: false }) })(count(1, 3), count(3, 2));
    expect(before).toBe(false);
  });

  test("says what a compiler says that fails", () => {
    const compiler = join(folder, "failing-cc");
    writeFileSync(
      compiler,
      '#!/bin/sh\nfor word; do [ "$word" = -dM ] && exec cc "$@"; done\necho "out of order" >&2\nexit 1\n',
    );
    chmodSync(compiler, 0o755);
    const engine = native({ compiler, cache: join(folder, "failing") });
    const run = () => compile(f, { engine })(count(1, 2), count(2, 3));
    expect(run).toThrow(UnsupportedError);
    expect(run).toThrow(/did not compile the program: out of order\.\n/);
    expect(readdirSync(join(folder, "failing"))).toEqual([]);
  });

  test("says that there is no compiler", () => {
    expect(() => native({ compiler: join(folder, "nothing") })).toThrowErrorMatchingInlineSnapshot(`
      [UnsupportedError: native: the C compiler ${join(folder, "nothing")} does not run.
      Install gcc or clang, name one by the option \`compiler\`, or use the WebAssembly engine.]
    `);
  });

  test("gives the same bits on one, two and three threads", () => {
    const [x, w] = [count(64, 96), count(96, 80)];
    const run = (threads: number) => {
      const engine = threaded(threads);
      const result = compile(f, { engine })(x, w);
      const all = [...result.y.data, ...result.g.w.data];
      engine.dispose();
      return all;
    };
    const one = run(1);
    expect(run(2)).toEqual(one);
    expect(run(3)).toEqual(one);
  });

  test("has no more threads than it was asked for, and none of its own when it is disposed of", async () => {
    const threads = (): readonly string[] => readdirSync("/proc/self/task");
    if (!existsSync("/proc/self/task")) return;
    native({ threads: 3 }).dispose();
    const before = new Set(threads());
    const own = (): readonly string[] => threads().filter((thread) => !before.has(thread));
    const engine = native({ threads: 3 });
    compile(f, { engine })(count(64, 96), count(96, 80));
    expect(own()).toHaveLength(2);
    engine.dispose();
    // The system takes a thread off its list a little after it has ended.
    await expect.poll(own).toEqual([]);
  });

  test("does not grow in ten thousand steps, nor in as many calls", () => {
    const engine = native();
    const step = ({ w }: { w: Value }, x: Value) => [{ w: add(w, x) }, sum(mul(w, x))] as const;
    const trainer = stateful(step, { w: tensor(new Float32Array(1000)) }, { engine });
    const square = compile((x: Value) => mul(x, x), { engine });
    const [x, small] = [tensor(new Float32Array(1000).fill(1)), tensor([3])];
    const run = (times: number): void => {
      for (let i = 0; i < times; i++) {
        trainer.step(x);
        square(small);
      }
    };
    run(10);
    const before = trainer.memory().shared;
    run(10_000);
    expect(trainer.memory().shared).toEqual(before);
    expect(trainer.state.w.data[0]).toBe(10_010);
  });

  test("passes errors of JavaScript through, on several threads too, and runs again", () => {
    for (const threads of [1, 2]) {
      let fails = true;
      const engine = threaded(threads);
      const g = compile(
        (x: Value) =>
          sum(
            mul(
              throughJavaScript(x, () => fails),
              x,
            ),
          ),
        { engine },
      );
      expect(() => g(count(64, 64))).toThrow(RangeError);
      fails = false;
      expect(g(count(1, 2)).data[0]).toBeCloseTo(Math.sin(1) ** 2);
      engine.dispose();
    }
  });

  test("tells where time goes", () => {
    const trainer = stateful(
      ({ w }: { w: Value }, x: Value) => [{ w: add(w, matmul(x, w)) }, sum(w)] as const,
      { w: count(8, 8) },
      { engine: native() },
    );
    const profile = trainer.profile(count(8, 8), { repetitions: 3 });
    expect(profile.engine).toBe("native");
    expect(profile.sumMs).toBeGreaterThan(0);
    trainer.dispose();
  });

  test("of which nothing is left when it is disposed of", () => {
    const engine = native();
    const stored = engine.store(count(1, 3));
    engine.dispose();
    expect(() => stored.data).toThrow(StaleError);
    expect(() => engine.store(count(1, 3))).toThrow("native: the engine was disposed of.");
  });

  test("asks for a whole number of threads", () => {
    expect(() => native({ threads: 0 })).toThrow(UnsupportedError);
  });
});
