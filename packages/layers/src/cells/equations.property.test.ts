import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, evaluate, type Value } from "@unroll/core";
import { everyCell, type AnyPublished } from "../../test/every-cell.ts";
import { distance, numbers } from "../../test/numbers.ts";
import { anyState, nearby, numbersOf, rowOf, runPlain } from "../../test/plain-runs.ts";
import { mapTensors } from "../../test/trees.ts";
import { init, initialState, unroll } from "../index.ts";

const f64 = { dtype: "f64" } as const;

/** In shares of the largest number. */
const apart = (got: readonly number[], expected: readonly number[]): number =>
  distance(got, expected) / Math.max(1, ...expected.map(Math.abs));

const sizes = fc.record({
  inputs: fc.integer({ min: 1, max: 3 }),
  hidden: fc.constantFrom(2, 4),
  batch: fc.integer({ min: 1, max: 2 }),
  steps: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(999),
});

test.for(Object.entries(everyCell))("%s gives what the equations of its paper give", ([, published]) => {
  fc.assert(
    fc.property(sizes, ({ inputs, hidden, batch, steps, seed }) => {
      const cell = published.make(inputs, hidden) as unknown as AnyPublished;
      const params = nearby(init(cell.params, seed, f64), seed);
      const { possible = (_, x) => x } = published;
      const start = evaluate(initialState(cell.state, { batch, ...f64 }));
      const state = mapTensors(anyState(start, seed), (x, path) => possible(path, x));
      const shape = [steps, batch, inputs] as const;
      const xs = published.sequence?.(shape, seed, 1) ?? numbers(shape, seed);
      const run = compile((p: object, s: object, xs: Value) => unroll(cell, p, s, xs));
      const [last, ys] = run(params, state, xs as never);
      for (let b = 0; b < batch; b++) {
        const expected = runPlain(published.plain, params, state, xs, steps, b);
        const got = Array.from({ length: steps }, (_, t) => rowOf(ys, t, b));
        // A hundred operations after one another, each off by 1e-16 of the largest number, and steps that magnify it.
        expect(apart(numbersOf(got), numbersOf(expected.ys))).toBeLessThan(1e-11);
        expect(apart(numbersOf(rowOf(last, b)), numbersOf(expected.last))).toBeLessThan(1e-11);
      }
    }),
    { numRuns: Math.ceil(fc.readConfigureGlobal().numRuns! / 5) },
  );
});
