import type { Engine } from "@unroll/core";
import { describe, test } from "vitest";
import { runChecks } from "./engine-suite/checks.ts";
import { memory } from "./engine-suite/memory.ts";
import { newSuite, type Skip } from "./engine-suite/suite.ts";
import { graphValues, opValues, repeatedRuns } from "./engine-suite/values.ts";

export type { Skip } from "./engine-suite/suite.ts";

/**
 * The tests that an engine passes to be one: this suite is what conforming means.
 *
 * Every op in every dtype gives the numbers of its formula, up to the roundings that its row of samples allows, at NaN,
 * infinities and the ends of the range too. Arbitrary graphs and their gradients are those in f64, up to a bound from
 * their roundings. Empty values, indices outside of their axis, checks, state, copies and disposal behave as they do on
 * the reference engine. With a function that makes engines, disposal is tested as well.
 *
 * Throws: an error when a title that is to be skipped is that of no test.
 *
 *     engineSuite(() => wasm(), { skip: [{ reason: "no f64 yet", tests: ["erf in f64"] }] });
 */
export function engineSuite(
  engine: Engine | (() => Engine),
  options: { readonly skip?: readonly Skip[] } = {},
): void {
  const suite = newSuite(engine, options.skip ?? []);
  describe(suite.engine.name, () => {
    describe("an op is its formula", () => opValues(suite));
    graphValues(suite);
    repeatedRuns(suite);
    runChecks(suite);
    memory(suite);
    test("what is skipped is there", () => suite.checkSkips());
  });
}
