import { flatten, formatType, nodesOf } from "@unroll/core";
import type { Rule } from "../rule.ts";
import { traceValues, unrolled } from "../run.ts";

/** A parameter that does nothing is one that a step has forgotten. */
export const usesParameters: Rule = {
  name: "every parameter has a part in what it gives",
  check(one) {
    const { graph } = traceValues(unrolled(one), one.given);
    const used = new Set([...graph.outputs, ...nodesOf(graph).flatMap(({ inputs }) => inputs)]);
    const idle = graph.inputs.slice(0, flatten(one.given.params).length).filter((x) => !used.has(x));
    if (idle.length === 0) return undefined;
    const names = idle.map((x) => `${x.label} ${formatType(x.type)}`).join(", ");
    return {
      what: `nothing that it gives depends on ${names}.`,
      remedy: "Use it, or leave it out of params.",
    };
  },
};
