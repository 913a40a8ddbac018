import { compile, type Engine, type Tensor } from "@unroll/core";
import fc from "fast-check";
import { native } from "@unroll/native";
import { engineSuite } from "@unroll/testing/vitest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { flatten } from "../../core/src/tensor/tree.ts";
import { programs } from "../../core/test/programs.ts";
import { skip } from "../../testing/test/wasm-skips.ts";
import { threaded } from "./threaded.ts";
import { missing } from "./toolchain.ts";

/** Every case is a run of the compiler: by default a few must do. `pnpm test:deep` and `UNROLL_RUNS` have more. */
const runs = 2;

const why = missing();
test.skipIf(why !== undefined)(why ?? "there are a compiler and koffi", () => undefined);

const before = fc.readConfigureGlobal();
beforeAll(() => {
  if (!process.env["UNROLL_RUNS"]) fc.configureGlobal({ ...before, numRuns: runs });
});
afterAll(() => fc.configureGlobal(before));

/** All numbers that a program gives, by where they stand in its result. */
function numbersOf([f, args]: (typeof programs)[string], engine: Engine): Map<string, number[]> {
  const result = compile(f as (...xs: unknown[]) => unknown, { engine })(...(args as never[]));
  return new Map(flatten(result).map(({ path, leaf }) => [path, [...(leaf as Tensor).data]]));
}

if (why === undefined) {
  describe("three threads give the bits of one", () => {
    const [one, three] = [threaded(1), threaded(3)];
    afterAll(() => three.dispose());
    test.each(Object.entries(programs))("%s", (_, program) =>
      expect(numbersOf(program, three)).toEqual(numbersOf(program, one)),
    );
  });
  describe("on one thread", () => engineSuite(() => native(), { skip }));
  describe("on two threads", () => engineSuite(() => threaded(2), { skip }));
}
