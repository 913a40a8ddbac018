/** The standing properties of cells, asked of random ones. */
import {
  compile,
  constant,
  gradient,
  leaves,
  reference,
  sum,
  tensor,
  type Engine,
  type Tensor,
  type Value,
} from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import { init, initialState, unroll } from "@unroll/layers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellSteps } from "../src/cell/cell-steps.ts";
import { arbitraryCell, checkCell } from "../src/cells.ts";

describe("arbitraryCell", () => {
  test("has every step, states of all kinds, and is printed as the graph of its step", () => {
    const cells = fc.sample(arbitraryCell(), { numRuns: 200, seed: 1 });
    const all = cells.map(fc.stringify).join("\n");
    const madeOf: Readonly<Record<string, string>> = {
      affine: "matmul",
      gate: "sigmoid",
      scale: "rsqrt",
      swap: "split",
      dot: "sum",
      softmax: "exp",
      norm: "mean",
      noise: "bernoulli",
      clocked: "where",
      lookup: "take",
    };
    const missing = Object.keys(cellSteps).filter((name) => !all.includes(` = ${madeOf[name] ?? name} `));
    expect(missing).toEqual([]);
    expect(all).toContain("state.clock i32[1]");
    expect(all).toContain("state.mask f64[1, 2]");
    expect(all).toContain("state.h[2] f64[1, 3]");
  });

  test("is shrunk to few lines", () => {
    const check = fc.check(
      fc.property(arbitraryCell(), (one) => !fc.stringify(one).includes(" = gelu ")),
      { numRuns: 1000, seed: 1 },
    );
    expect(check.failed).toBe(true);
    expect(fc.stringify(check.counterexample![0]).split("\n").length).toBeLessThan(12);
  });
});

test("a random cell keeps every rule of cells, on both engines", () => {
  fc.assert(
    fc.property(arbitraryCell({ maxSteps: 6 }), fc.nat(), ({ cell, inputs }, seed) => {
      checkCell(cell, { inputs, runs: 1, maxSteps: 3, maxBatch: 2, seed });
    }),
  );
});
