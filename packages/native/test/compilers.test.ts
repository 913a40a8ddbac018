import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromArray, gradient, mul, reference, scan, sum, type Tensor, type Value } from "@unroll/core";
import { ProgramMemory } from "@unroll/core/engine";
import { afterAll, describe, expect, test, vi } from "vitest";
import { lstm, random, type Lstm } from "../../core/test/programs.ts";
import { isClose } from "../../testing/src/closeness.ts";
import { roundedResults } from "../../testing/src/rounding.ts";
import { load, trace } from "../../testing/src/trace.ts";
import { NativeMemory } from "../src/memory.ts";
import { plan } from "../src/plan.ts";
import { crewSource } from "../src/print/crew.ts";
import { printProgram } from "../src/print/program.ts";
import { compileSource, findCompiler, type Compiler } from "../src/toolchain/compiler.ts";
import { freely, threaded } from "./threaded.ts";
import { missing } from "./toolchain.ts";

vi.setConfig({ testTimeout: 120_000 });

/** What a step of training is called with. */
type Given = readonly [p: Lstm, h: Value, c: Value, xs: Value];

const step = (...[p, h, c, xs]: Given) => {
  const [last, hs] = scan(lstm(p), { h, c }, xs);
  return { last, hs, g: gradient(sum(mul(hs, hs)), { p, xs }) };
};

/** Sizes that leave a rest in vectors of every width. */
const [T, B, I, H] = [3, 5, 13, 21];

const given = (dtype: "f32" | "f64") => {
  const numbers = (...shape: number[]): Tensor => {
    const { data } = random(...shape);
    return fromArray({ dtype, shape }, dtype === "f32" ? Float32Array.from(data) : data);
  };
  const p = { wx: numbers(I, 4 * H), wh: numbers(H, 4 * H), b: numbers(4 * H) };
  return [p, numbers(B, H), numbers(B, H), numbers(T, B, I)] as const;
};

/** A step of training an LSTM in f32, and one in f64. */
const both = trace(
  (one: Given, other: Given) => [step(...one), step(...other)],
  [given("f32"), given("f64")],
);

/** Of a bound on errors in f32: two engines in f64 are off by what 2^-53 is to 2^-24. */
const units = { f32: 1, f64: 2 * 2 ** -29, i32: 0, bool: 0 };

const found = (command: string | undefined): Compiler | undefined => {
  try {
    return findCompiler(command);
  } catch {
    return undefined;
  }
};

/** Why what a compiler makes can't be run here; undefined if it can. */
function reasonNotToRun(command: string): string | undefined {
  const [own, other] = [found(undefined), found(command)];
  if (!own || !other) return `${command} does not run`;
  if (own.isWatched) return "the sanitizers are those of another compiler";
  const isMore = other.machine.vector > own.machine.vector || (other.canFuse && !own.canFuse);
  return isMore ? "this processor has less" : undefined;
}

const commands = ["gcc", "clang"].flatMap((name) =>
  ["", " -march=haswell", " -march=x86-64"].map((processor) => name + processor),
);

for (const command of commands) {
  const why = missing() ?? reasonNotToRun(command);
  test.skipIf(why !== undefined)(`steps of training by ${command}${why ? `, skipped: ${why}` : ""}`, () => {
    const engine = threaded(2, command);
    const { exact, bounds } = roundedResults(both.graph, both.inputs, reference());
    const results = load(both.graph, engine).run(both.inputs);
    exact.forEach(({ data }, i) => {
      const { data: computed, type } = results[i]!;
      const far = data.findIndex((x, at) => !isClose(computed[at]!, x, units[type.dtype] * bounds[i]!));
      expect(far, `output ${i}`).toBe(-1);
    });
    engine.dispose();
  });
}

describe("compilers have nothing to say about a program, on a system that may be another one", () => {
  const folder = mkdtempSync(join(tmpdir(), "unroll-test-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const warnings = ["-Wall", "-Wextra", "-Werror", "-Wno-unused"];

  for (const command of ["gcc", "clang", "aarch64-linux-gnu-gcc"]) {
    const compiler = found(command);
    // Sanitizers keep loops from becoming vectors, which is a warning.
    const why = compiler?.isWatched ? "sanitizers watch" : compiler ? undefined : "it does not run";
    test.skipIf(why !== undefined)(`${command}${why ? `, skipped: ${why}` : ""}`, () => {
      const { flags, machine, canFuse } = compiler!;
      const target = { ...machine, fused: canFuse };
      const program = plan(both.graph, { checks: "none" }, target, freely(2));
      const { layout } = new ProgramMemory(program, new NativeMemory());
      const { text } = printProgram(program, layout, target, { threads: 2, marks: false });
      const strict = { ...compiler!, flags: [...flags.filter((flag) => flag !== "-w"), ...warnings] };
      for (const source of [text, crewSource]) compileSource(strict, source, join(folder, "program.so"));
    });
  }
});
