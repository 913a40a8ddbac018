import { nodesOf, type Graph } from "@unroll/core";
import type { Rule } from "../rule.ts";
import { traceValues, unrolled } from "../run.ts";

/** What a run is without a key: the same every time. */
export const drawsNothing: Rule = {
  name: "without a key it draws nothing",
  check(one) {
    const { graph } = traceValues(unrolled(one, { key: undefined }), one.given);
    const name = drawingOp(graph);
    return name === undefined
      ? undefined
      : {
          what: `without a key its step draws with ${name}.`,
          remedy: "A step without a key is evaluation: give what stands for no noise.",
        };
  },
};

/** The name of the first op in a graph, or in a body inside of it, that uses a random key up. */
export function drawingOp(closed: Graph): string | undefined {
  for (const { op, attrs } of nodesOf(closed)) {
    if (op.key !== undefined) return op.name;
    for (const body of op.bodies?.(attrs) ?? []) {
      const found = drawingOp(body);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
