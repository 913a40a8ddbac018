import fc from "fast-check";
import { native } from "@unroll/native";
import { engineSuite } from "@unroll/testing/vitest";
import { afterAll, beforeAll, describe, test } from "vitest";
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

if (why === undefined) {
  describe("on one thread", () => engineSuite(() => native(), { skip }));
  describe("on two threads", () => engineSuite(() => threaded(2), { skip }));
}
