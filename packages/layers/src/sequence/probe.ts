import {
  add,
  applyOp,
  formatType,
  isValue,
  leaves,
  rewrite,
  ShapeError,
  TreeError,
  unflatten,
  type StateSpec,
  type Value,
} from "@unroll/core";

/** A sequence for any of the states `S`; others may be left out. */
export type Probe<S> = S extends StateSpec ? Value : { readonly [K in keyof S]?: Probe<S[K]> | undefined };

/**
 * What a step returned, with a probe added to new states.
 *
 * A state is used before its step ends: by the output, by other states (an LSTM's h by way of c), by the
 * layer above. All of these see the probed value, or its gradient would be a partial derivative.
 */
export function withProbes<S, Y>([after, y]: readonly [S, Y], probe: unknown): readonly [S, Y] {
  const probes = new Map(leaves(probe).map(({ path, leaf }) => [path, leaf]));
  const states = leaves(after);
  const outputs = leaves(y).map(({ leaf }) => leaf);
  const sums = new Map<Value, Value>();
  for (const { path, leaf } of states) {
    const e = probes.get(path);
    const before = sums.get(leaf);
    if (e && isMadeInStep(leaf, e)) sums.set(leaf, before ? add(before, e) : e);
  }
  const rewritten = rewrite(
    { inputs: [], outputs: [...states.map(({ leaf }) => leaf), ...outputs] },
    (node, inputs) => {
      if (!node.outputs.some((x) => sums.has(x))) return undefined;
      const fresh = applyOp(node.op, inputs, node.attrs);
      return node.outputs.map((x, i) => (sums.has(x) ? add(fresh[i]!, sums.get(x)!) : fresh[i]!));
    },
  ).outputs;
  const probed = states.map(({ path, leaf }, i) => {
    const e = probes.get(path);
    return e && !sums.has(leaf) ? add(rewritten[i]!, e) : rewritten[i]!;
  });
  return [unflatten(after, probed), unflatten(y, rewritten.slice(states.length))];
}

/**
 * A state that is passed on, or comes from outside, has other uses that a probe of the new one must leave
 * alone.
 */
const isMadeInStep = ({ node }: Value, probe: Value): boolean =>
  node.scope === probe.node.scope && node.inputs.length > 0;

/**
 * Check that every probe is a sequence of a state's type.
 *
 * Throws: TreeError for a probe of no state; ShapeError for another type.
 */
export function checkProbe(probe: unknown, state: unknown, length: number): void {
  const states = new Map(leaves(state).map(({ path, leaf }) => [path, leaf]));
  for (const { path, leaf } of leaves(probe)) {
    const of = states.get(path);
    if (!isValue(of)) {
      throw new TreeError(
        `unroll: the probe has ${path || "a leaf"}, and the states are ${[...states.keys()].join(", ")}.`,
      );
    }
    const wanted = formatType({ dtype: of.type.dtype, shape: [length, ...of.shape] });
    if (formatType(leaf.type) === wanted) continue;
    throw new ShapeError(
      `unroll: the probe of ${path || "the state"} is ${formatType(leaf.type)}, not ${wanted}.`,
    );
  }
}
