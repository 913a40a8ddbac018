import { gradient, graph, input, type Engine, type Graph } from "@unroll/core";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { threaded } from "../../core/test/threaded.ts";
import { arbitraryGraph, type RandomGraph } from "../src/arbitrary-graph.ts";
import { load } from "../src/trace.ts";

/** The loss of a random graph and its gradient by all inputs. */
const withGradient = ({ inputs, loss }: RandomGraph): Graph => {
  const xs = inputs.map(({ type }, i) => input(type, `x${i}`));
  const y = loss(xs);
  return graph(xs, [y, ...gradient(y, xs, { allowUnused: true })]);
};

describe.each([false, true])("relaxed: %s", (relaxed) => {
  const engines = [1, 2, 3].map((threads) => threaded(threads, relaxed));
  afterAll(() => engines.forEach((engine) => engine.dispose()));

  test.each(["f32", "f64"] as const)(
    "arbitrary graphs and their gradients have the same bits on one, two and three threads, %s",
    (dtype) => {
      fc.assert(
        fc.property(arbitraryGraph({ dtype }), (one) => {
          const closed = withGradient(one);
          const bits = (engine: Engine): unknown => {
            const program = load(closed, engine);
            const runs = [program.run(one.inputs), program.run(one.inputs)];
            program.dispose();
            return runs.map((run) => run.map(({ data }) => Array.from(data)));
          };
          const [first, ...others] = engines.map(bits);
          for (const other of others) expect(other).toEqual(first);
        }),
      );
    },
  );
});
