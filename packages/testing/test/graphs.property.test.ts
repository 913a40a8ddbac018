/** The standing properties of whole graphs. */
import { graph, gradient, input, reference, formatType, print } from "@unroll/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryGraph } from "../src/arbitrary-graph.ts";
import { checkGraphGradient } from "../src/check-gradient.ts";
import { load } from "../src/trace.ts";

const engine = reference();

test("the gradient of a graph is its slope", () => {
  fc.assert(
    fc.property(arbitraryGraph(), fc.nat(), ({ graph, inputs }, seed) => {
      checkGraphGradient(graph, inputs, { seed });
    }),
  );
});

test("the gradient of a graph's gradient is its slope", () => {
  fc.assert(
    fc.property(arbitraryGraph({ maxSteps: 4 }), fc.nat(), ({ graph, inputs }, seed) => {
      checkGraphGradient(graph, inputs, { order: 2, seed });
    }),
  );
});
