import { init, initialState, unroll } from "@unroll/layers";
import { arbitraryGraph } from "@unroll/testing";
import { arbitraryCell } from "@unroll/testing/cells";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { difference } from "../../../test/passes.ts";
import { programs, random } from "../../../test/programs.ts";
import { randomProgram } from "../../../test/random-programs.ts";
import { add, evaluate, gradient, leaves, square, sum, type Value } from "../../index.ts";
import type { Pass } from "../pass.ts";
import { pipeline } from "../pipeline.ts";
import { batchProjections, batchProjectionsWithin } from "./batch-projections.ts";
import { batchWeightGradients } from "./batch-weight-gradients.ts";
import { eliminateCommon } from "./eliminate-common.ts";
import { eliminateDead } from "./eliminate-dead.ts";
import { gatherProjections } from "./gather-projections.ts";
import { hoistInvariant } from "./hoist-invariant.ts";
import { mergeScans } from "./merge-scans.ts";
import { recomputeResiduals } from "./recompute-residuals.ts";
import { simplify } from "./simplify.ts";
import { splitScansWithin } from "./split-scans.ts";

/** Results may be apart by so many roundings of f64, relative to the largest number of a result. */
const rounded = 2 ** -53 * 4096;

/** However little there is to gain. */
const always = { rows: 1e9, elements: 1e9, heavy: { bytes: 0, rows: 1e9 } };
const [splitAlways, batchAlways] = [splitScansWithin(always), batchProjectionsWithin(always)];

const passes: readonly (readonly [name: string, passes: readonly Pass[], apart: number])[] = [
  ["eliminateCommon", [eliminateCommon], 0],
  ["mergeScans", [mergeScans], 0],
  ["eliminateCommon, mergeScans", [eliminateCommon, mergeScans], 0],
  ["eliminateDead", [eliminateDead], 0],
  ["hoistInvariant", [hoistInvariant], 0],
  ["recomputeResiduals", [eliminateCommon, mergeScans, recomputeResiduals, eliminateDead], 0],
  ["simplify", [simplify], rounded],
  ["batchWeightGradients", [batchWeightGradients], rounded],
  ["batchProjections", [batchProjections], rounded],
  ["gatherProjections", [batchProjections, gatherProjections], rounded],
  ["splitScans", [eliminateCommon, mergeScans, eliminateDead, splitAlways], 0],
  ["splitScans, batchProjections", [mergeScans, batchWeightGradients, splitAlways, batchAlways], rounded],
  ["the whole pipeline", pipeline, rounded],
];

describe.each(passes)("%s keeps the values", (_, list, apart) => {
  test("of arbitrary steps and their gradients", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(difference(randomProgram(seed), list)).toBeLessThanOrEqual(apart);
      }),
    );
  });

  test("of arbitrary graphs of all ops and their gradients", () => {
    fc.assert(
      fc.property(arbitraryGraph(), ({ inputs, loss }) => {
        const program = (xs: readonly Value[]) => {
          const y = loss(xs);
          return { y, g: gradient(y, xs, { allowUnused: true }) };
        };
        expect(difference([program, [inputs]], list)).toBeLessThanOrEqual(apart);
      }),
    );
  });

  test("of arbitrary cells along a sequence and their gradients", () => {
    fc.assert(
      fc.property(arbitraryCell({ maxSteps: 6 }), fc.nat(), ({ cell, inputs }, seed) => {
        const program = (p: object, s: object, xs: Value) => {
          const [last, ys] = unroll(cell, p, s, xs);
          const floats = leaves({ last, ys }).filter(({ leaf }) => leaf.type.dtype === "f64");
          const loss = floats.map(({ leaf }) => sum(square(leaf))).reduce((a, b) => add(a, b));
          return { last, ys, g: gradient(loss, { p, s, xs } as never, { allowUnused: true }) };
        };
        const params = init(cell.params, seed, { dtype: "f64" });
        const start = evaluate(initialState(cell.state, { batch: 2, dtype: "f64" }));
        expect(difference([program, [params, start, random(3, 2, inputs)]], list)).toBeLessThanOrEqual(apart);
      }),
    );
  });

  test.each(Object.entries(programs))("of %s", (__, program) => {
    expect(difference(program, list)).toBeLessThanOrEqual(apart);
  });
});
