import {
  applyOp,
  fork,
  leaves,
  nodesOf,
  rewrite,
  TreeError,
  unflatten,
  type Node,
  type Value,
} from "@unroll/core";
import { dropout } from "../feedforward/dropout.ts";
import type { Cell } from "../spec/cell.ts";
import { checkRate } from "../spec/rate.ts";

/**
 * A cell that drops units of what it would write, and nothing of what it holds.
 *
 *     c' = f c + i d(g)            an LSTM, "g"
 *     h' = (1 - z) d(n) + z h      a GRU, "n"
 *
 * d is `dropout` with another mask at every step. The candidate is whatever the step has labelled `name`, in any
 * cell and at any depth of a stack; every value of that name gets a mask of its own. All that the step makes of
 * it sees the dropped one, and so does `watch`.
 *
 * Parameters, states and shapes are those of the cell.
 * Throws: UnrollError for a rate outside of [0, 1); TreeError, when it is trained, for a step without the name.
 * Source: Semeniuta, Severyn and Barth, Recurrent Dropout without Memory Loss, 2016,
 * section 3.
 *
 *     const rnn = recurrentDropout(lstm(64, 128), "g", 0.25);
 */
export function recurrentDropout<P, S, X, Y>(
  cell: Cell<P, S, X, Y>,
  name: string,
  rate: number,
): Cell<P, S, X, Y> {
  checkRate("recurrentDropout", name, rate);
  if (rate === 0) return cell;
  return {
    ...cell,
    step(params, state, x, key) {
      if (key === undefined) return cell.step(params, state, x);
      const [own, noise] = fork(key, 2);
      return withDropped(cell.step(params, state, x, own), name, rate, noise);
    },
  };
}

/** A step's result once more, with every value of a name dropped. The key was made right before the step. */
function withDropped<S, Y>(
  [after, y]: readonly [S, Y],
  name: string,
  rate: number,
  key: Value,
): readonly [S, Y] {
  const states = leaves(after).map(({ leaf }) => leaf);
  const outputs = [...states, ...leaves(y).map(({ leaf }) => leaf)];
  const inStep = nodesOf({ inputs: [], outputs }).filter(({ id }) => id > key.node.id);
  const values = inStep.flatMap((node) => node.outputs);
  const named = values.filter(({ labels }) => labels.includes(name));
  if (named.length === 0) throw unknownName(name, values);
  const keys: readonly Value[] = fork(key, named.length);
  const keyOf = new Map(named.map((x, i) => [x, keys[i]]));
  // Nodes are applied anew, so that their names are those of the dropped values and of no others.
  const visit = (node: Node, inputs: readonly Value[]): readonly Value[] | undefined => {
    if (!node.outputs.some((x) => keyOf.has(x))) return undefined;
    const fresh = applyOp(node.op, inputs, node.attrs);
    return node.outputs.map((x, i) => (keyOf.has(x) ? dropout(fresh[i]!, rate, keyOf.get(x)) : fresh[i]!));
  };
  const dropped = rewrite({ inputs: [], outputs }, visit).outputs;
  return [unflatten(after, dropped.slice(0, states.length)), unflatten(y, dropped.slice(states.length))];
}

function unknownName(name: string, values: readonly Value[]): TreeError {
  const names = [...new Set(values.flatMap(({ labels }) => labels))].sort();
  return new TreeError(
    `recurrentDropout: the step labels no value "${name}".`,
    names.length > 0 ? `Names here: ${names.join(", ")}.` : "Name the candidate with label in the step.",
  );
}
