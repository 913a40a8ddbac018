import { gradient, graph, input, reference, type Engine, type Graph } from "@unroll/core";
import fc from "fast-check";
import { describe, expect } from "vitest";
import { arbitraryGraph, type ArbitraryGraphOptions, type RandomGraph } from "../arbitrary-graph.ts";
import { isClose } from "../closeness.ts";
import { roundedResults } from "../rounding.ts";
import { wrongValue } from "../samples/check-value.ts";
import { samples } from "../samples/index.ts";
import type { Sample } from "../samples/sample.ts";
import { load } from "../trace.ts";
import type { Suite } from "./suite.ts";

/** Every op in every dtype, by its formula. */
export function opValues({ engine, test }: Suite): void {
  for (const [name, { dtypes, cases, special }] of Object.entries<Sample>(samples)) {
    for (const dtype of dtypes) {
      test(`${name} in ${dtype}`, () => {
        fc.assert(
          fc.property(cases(dtype), (one) => {
            expect(wrongValue(one, engine)).toBeUndefined();
          }),
        );
      });
      if (!special || (dtype !== "f32" && dtype !== "f64")) continue;
      test(`${name} at the ends of ${dtype}`, () => {
        expect(wrongValue(special(dtype), engine)).toBeUndefined();
      });
    }
  }
}

/** Whole graphs and their gradients, against f64 on the reference engine. */
export function graphValues({ engine, test }: Suite): void {
  const check = (closed: Graph, one: RandomGraph, unit: number): void => {
    const { exact, bounds } = roundedResults(closed, one.inputs, reference());
    const results = load(closed, engine).run(one.inputs);
    const gaps = exact.flatMap(({ data }, i) => {
      const bound = unit * bounds[i]! + Number.MIN_VALUE;
      return Array.from(data, (x, at) => ({ output: i, at, is: results[i]!.data[at]!, shouldBe: x, bound }));
    });
    expect(gaps.find(({ is, shouldBe, bound }) => !isClose(is, shouldBe, bound))).toBeUndefined();
  };
  const compare = (options: ArbitraryGraphOptions, unit: number, f: (one: RandomGraph) => Graph): void =>
    fc.assert(fc.property(arbitraryGraph(options), (one) => check(f(one), one, unit)));

  /** The loss of a random graph and its gradient by all inputs. */
  const withGradient = ({ inputs, loss }: RandomGraph): Graph => {
    const xs = inputs.map(({ type }, i) => input(type, `x${i}`));
    const y = loss(xs);
    return graph(xs, [y, ...gradient(y, xs, { allowUnused: true })]);
  };
  describe("arbitrary graphs and their gradients are those in f64, up to roundings", () => {
    test("graphs in f32", () => compare({ dtype: "f32" }, 1, withGradient));
    // Two engines in f64: each is off by what 2^-53 is to 2^-24.
    test("graphs in f64", () => compare({ dtype: "f64" }, 2 * 2 ** -29, withGradient));
    test("graphs with empty values", () => compare({ dtype: "f32", minSize: 0 }, 1, ({ graph }) => graph));
  });
}

/** The same numbers to the last bit, whenever a program is run. */
export function repeatedRuns({ engine, test }: Suite): void {
  test("a program gives the same bits every time", () => {
    fc.assert(
      fc.property(arbitraryGraph({ dtype: "f32" }), ({ graph: closed, inputs }) => {
        const numbers = (e: Engine): unknown => {
          const program = load(closed, e);
          return [program.run(inputs), program.run(inputs)].map((run) =>
            run.map(({ data }) => Array.from(data)),
          );
        };
        const [first, second] = numbers(engine) as [unknown, unknown];
        expect(second).toEqual(first);
        expect(numbers(engine)).toEqual([first, second]);
      }),
    );
  });
}
