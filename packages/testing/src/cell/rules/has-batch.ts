import { formatType } from "@unroll/core";
import type { Rule } from "../rule.ts";
import { traceValues, unrolled } from "../run.ts";

/** Where padding, sampling and everything else looks for a sequence of a batch. */
export const hasBatch: Rule = {
  name: "the batch is the first axis of states and outputs",
  check(one) {
    const { graph, paths } = traceValues(unrolled(one), one.given);
    const wrong = paths.findIndex((path, i) => graph.outputs[i]!.shape[batchAxis(path)] !== one.batch);
    if (wrong < 0) return undefined;
    const [path, { type }] = [paths[wrong]!, graph.outputs[wrong]!];
    return {
      what: `over time ${path} is ${formatType(type)}; its axis ${batchAxis(path)} is no batch of ${one.batch}.`,
      remedy: "A step gives states and outputs of [batch, ...].",
    };
  },
};

/** Of a result, by its path: states are [B, ...], outputs [T, B, ...]. */
export const batchAxis = (path: string): 0 | 1 => (path.startsWith("state") ? 0 : 1);
