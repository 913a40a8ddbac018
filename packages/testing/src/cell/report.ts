import { formatTensor, graph, input, leaves, print } from "@unroll/core";
import { tensorsOf, type Case } from "./case.ts";
import type { CellErrorPlace } from "./error.ts";
import { symbolsFor } from "./run.ts";
import type { Failure } from "./search.ts";

/** What stands below the first line of an error: the remedy, the rule, the case, how to repeat it, and the step. */
export function reportOf({ remedy, one }: Failure, { rule, seed, path }: CellErrorPlace): string {
  return [
    ...(remedy === undefined ? [] : [remedy]),
    `The rule: ${rule}.`,
    ...(one ? describeCase(one) : []),
    `To repeat it: { seed: ${seed}, path: "${path}" }.`,
    ...(one ? printStep(one) : []),
  ].join("\n");
}

/** The sizes of a case, what else was drawn, and its sequence as far as it is short. */
function describeCase(one: Case): readonly string[] {
  const { inputs, hidden, steps, batch, lengths, chunk, reverse, key, subject } = one;
  const parts = [
    ...(subject.isMade ? [`inputs ${inputs}`, `hidden ${hidden}`] : []),
    `steps ${steps}`,
    `batch ${batch}`,
    `lengths [${lengths.join(", ")}]`,
    `chunks of ${chunk}`,
    ...(reverse ? ["in reverse"] : []),
    ...(key ? ["with a key"] : []),
  ];
  const xs = tensorsOf({ xs: one.given.xs }).map(({ path, leaf }) => `  ${path} = ${formatTensor(leaf, 8)}`);
  return [`The smallest case: ${parts.join(", ")}.`, ...xs];
}

/** One step as a graph; nothing when it can't be built. */
function printStep({ cell, given, key }: Case): readonly string[] {
  const params = symbolsFor("params", given.params);
  const state = symbolsFor("state", given.state);
  const x = symbolsFor("x", given.xs, ({ dtype, shape }) => ({ dtype, shape: shape.slice(1) }));
  const use = key && input(key.type, "key");
  try {
    const [next, y] = cell.step(params as never, state as never, x, use);
    const inputs = leaves({ params, state, x, use }).map(({ leaf }) => leaf);
    return [
      print(
        graph(
          inputs,
          leaves({ next, y }).map(({ leaf }) => leaf),
        ),
      ),
    ];
  } catch {
    return [];
  }
}
