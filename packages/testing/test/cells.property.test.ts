/** The standing properties of cells, asked of random ones. */
import { evaluate, reference, type Value } from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import { init, initialState, unroll } from "@unroll/layers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellSteps } from "../src/cell/cell-steps.ts";
import { tensorOf } from "../src/arbitraries.ts";
import { drawWeights, numbersOf, traceGradient, type Run } from "../src/cell/run.ts";
import { arbitraryCell, checkCell } from "../src/cells.ts";
import { uniformNumbers } from "../src/random.ts";
import { roundedResults } from "../src/rounding.ts";

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

test.each(["f32", "f64"] as const)(
  "a random cell and its gradient are the same on both engines in %s, up to roundings",
  (dtype) => {
    const fast = wasm();
    fc.assert(
      fc.property(
        arbitraryCell(),
        fc.nat(),
        fc.integer({ min: 1, max: 4 }),
        ({ cell, inputs }, seed, steps) => {
          const given = {
            params: init(cell.params, seed, { dtype }),
            state: evaluate(initialState(cell.state, { batch: 2, dtype })),
            xs: tensorOf({ dtype, shape: [steps, 2, inputs] }, numbers(steps * 2 * inputs, seed)),
          };
          const run: Run = (params, start, xs) =>
            unroll(cell, params as object, start as object, xs as Value);
          const traced = traceGradient(run, given, drawWeights(run, given, seed));
          const { exact, bounds } = roundedResults(traced.graph, traced.inputs, reference());
          // An engine in f64 is off by what 2^-53 is to 2^-24.
          const unit = dtype === "f32" ? 1 : 2 ** -29;
          for (const engine of [fast, reference()]) {
            const results = numbersOf(traced, engine);
            traced.paths.forEach((path, i) => {
              results.get(path)!.data.forEach((y: number, at: number) => {
                const gap = Math.abs(y - exact[i]!.data[at]!);
                expect(gap, `${path} by ${engine.name}`).toBeLessThanOrEqual(
                  unit * bounds[i]! + Number.MIN_VALUE,
                );
              });
            });
          }
        },
      ),
    );
  },
);

const numbers = (count: number, seed: number): readonly number[] => {
  const random = uniformNumbers(seed);
  return Array.from({ length: count }, () => 4 * random() - 2);
};
