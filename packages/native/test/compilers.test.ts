import { spawnSync } from "node:child_process";
import { add, fromArray, gradient, matmul, mul, reference, scan, sum, type Value } from "@unroll/core";
import { ProgramMemory } from "@unroll/core/engine";
import { native } from "@unroll/native";
import { afterAll, describe, expect, test, vi } from "vitest";
import { lstm, random, type Lstm } from "../../core/test/programs.ts";
import { isClose } from "../../testing/src/closeness.ts";
import { roundedResults } from "../../testing/src/rounding.ts";
import { load, trace } from "../../testing/src/trace.ts";
import { NativeMemory } from "../src/memory.ts";
import { plan } from "../src/plan.ts";
import { crewSource } from "../src/print/crew.ts";
import { printProgram } from "../src/print/program.ts";
import { findCompiler, type Compiler } from "../src/toolchain/compiler.ts";
import { missing } from "./toolchain.ts";

vi.setConfig({ testTimeout: 60_000 });

/** A step of training in a dtype: sizes have a rest in vectors of every width. */
function training(dtype: "f32" | "f64") {
  const [T, B, I, H] = [3, 5, 13, 21];
  const values = (...shape: number[]) => {
    const { data } = random(...shape);
    return fromArray({ dtype, shape }, dtype === "f32" ? Float32Array.from(data) : data);
  };
  const step = (p: Lstm, h: Value, c: Value, xs: Value) => {
    const [last, hs] = scan(lstm(p), { h, c }, xs);
    return { last, p: gradient(add(sum(mul(hs, hs)), sum(matmul(last.c, p.wh))), { p, xs }) };
  };
  const p = { wx: values(I, 4 * H), wh: values(H, 4 * H), b: values(4 * H) };
  return trace(step, [p, values(B, H), values(B, H), values(T, B, I)]);
}

/** One unit in the last place of f32 is the bound's; two engines in f64 are off by what 2^-53 is to 2^-24. */
const units = { f32: 1, f64: 2 * 2 ** -29 };

const dtypes = ["f32", "f64"] as const;

const found = (command: string | undefined): Compiler | undefined => {
  try {
    return findCompiler(command);
  } catch {
    return undefined;
  }
};

const own = found(undefined);

/** Why what a compiler makes can't be run here; undefined if it can. */
function reasonNotToRun(command: string): string | undefined {
  const { machine, canFuse } = found(command) ?? {};
  if (!machine) return `${command} does not run`;
  const isMore = machine.vector > own!.machine.vector || (canFuse && !own!.canFuse);
  return isMore ? "this processor has less" : undefined;
}

describe.each(["gcc", "clang"])("%s", (name) => {
  for (const processor of ["", " -march=haswell", " -march=x86-64"]) {
    const command = name + processor;
    const why = missing() ?? reasonNotToRun(command);
    for (const dtype of dtypes) {
      const title = `${command} computes a step of training in ${dtype}`;
      test.skipIf(why !== undefined)(why === undefined ? title : `${title}, skipped: ${why}`, () => {
        const engine = threaded(2, { compiler: command });
        const { graph, inputs } = training(dtype);
        const { exact, bounds } = roundedResults(graph, inputs, reference());
        const results = load(graph, engine).run(inputs);
        exact.forEach(({ data }, i) => {
          const bound = units[dtype] * bounds[i]!;
          const far = data.findIndex((x, at) => !isClose(results[i]!.data[at]!, x, bound));
          expect(far, `output ${i}`).toBe(-1);
        });
        engine.dispose();
      });
    }
  }
});
