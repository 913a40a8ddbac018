import { leaves, unflatten, type Value } from "@unroll/core";

/**
 * What a step returned, with other new states. An output that is a new state, as the h of an LSTM is, stays
 * that state; all that the step made of its new states besides saw them as they were.
 */
export function withNewStates<S, Y>(
  [after, y]: readonly [S, Y],
  change: (path: string, state: Value) => Value,
): readonly [S, Y] {
  const changed = new Map<Value, Value>();
  const states = leaves(after).map(({ path, leaf }) => {
    const next = change(path, leaf);
    if (!changed.has(leaf)) changed.set(leaf, next);
    return next;
  });
  const outputs = leaves(y).map(({ leaf }) => changed.get(leaf) ?? leaf);
  return [unflatten(after, states), unflatten(y, outputs)];
}
