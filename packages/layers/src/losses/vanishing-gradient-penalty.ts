import {
  add,
  cast,
  detach,
  div,
  formatType,
  greaterEqual,
  leaves,
  maximum,
  nodesOf,
  pullback,
  rewrite,
  ShapeError,
  square,
  sub,
  sum,
  TreeError,
  where,
  type Value,
  type Values,
} from "@unroll/core";
import { unroll } from "../sequence/unroll.ts";
import type { Probe } from "../sequence/probe.ts";
import type { Cell } from "../spec/cell.ts";

/** How the sequence was run, and which steps count. */
export interface VanishingGradientOptions {
  /** Those of the run: numbers of steps, i32 [B]. */
  readonly lengths?: Value | undefined;
  /** That of the run. */
  readonly reverse?: boolean;
  /** Steps whose cotangent is shorter, squared, do not count. Default: 1e-20. */
  readonly threshold?: number;
}

/**
 * How much the length of the gradient changes on its way from a state to the one before: over all steps and
 * sequences, the mean of
 *
 *     (|dL/ds[t] ds[t]/ds[t - 1]|^2 / |dL/ds[t]|^2 - 1)^2
 *
 * where s is the state of the cell, its probed parts together. Added to a loss, it keeps gradients from vanishing or
 * exploding.
 *
 * `cotangents` are dL/ds of all steps: the gradient of a probe of `unroll`. They, the states and all else that
 * depends on them are constants: only the weights on the way from state to state have a gradient, and the derivative
 * is of first order. The cell is run once more, without a key. States that have no probe count as if nothing
 * depended on them.
 *
 * This is the regulariser as its authors coded it; in the paper the norms are not squared.
 *
 * Shapes: state and xs as for `unroll`, cotangents [T, B, ...] -> []
 * Gradient: by the parameters that multiply states, the recurrent weights, alone.
 * Throws: TreeError, ShapeError when the cotangents are not those of the cell's states.
 * Source: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013, eqs. 9 and 10.
 *
 *     const probe = { h: full(0, { dtype: "f32", shape: [T, B, H] }) };
 *     const [, hs] = unroll(net, params, start, xs, { probe });
 *     const loss = lossOf(hs);
 *     const penalty = vanishingGradientPenalty(net, params, start, xs, gradient(loss, probe));
 *     const grads = gradient(add(loss, mul(2, penalty)), params);
 */
export function vanishingGradientPenalty<P, S, X, Y>(
  cell: Cell<P, S, X, Y>,
  params: NoInfer<Values<P>>,
  state: NoInfer<Values<S>>,
  xs: NoInfer<X>,
  cotangents: NoInfer<Probe<S>>,
  options: VanishingGradientOptions = {},
): Value {
  const { threshold = 1e-20, ...run } = options;
  interface Row {
    readonly x: X;
    readonly d: Probe<S>;
  }
  const backwards: Cell<P, S, Row, { readonly before: Value; readonly after: Value }> = {
    ...cell,
    step(p, s, { x, d }) {
      const given = detach({ s, x });
      const [after] = cell.step(p, given.s, given.x);
      return [after, squaredLengths(given, after, d)];
    },
  };
  const rows: Row = { x: xs, d: detach(cotangents) };
  const [, { before, after }] = unroll(backwards, params, detach(state), rows, run);
  const counts = greaterEqual(after, threshold);
  const change = square(sub(div(before, where(counts, after, 1)), 1));
  const count = maximum(sum(cast(counts, after.type.dtype)), 1);
  return div(sum(where(counts, change, 0)), count);
}

/** Per row, the squared lengths of dL/ds after a step, and of what the step makes of it for the state before. */
function squaredLengths(
  given: { readonly s: unknown; readonly x: unknown },
  after: unknown,
  cotangents: unknown,
): { readonly before: Value; readonly after: Value } {
  const probed = probedStates(given.s, after, cotangents);
  // Two states that are one value after the step have one cotangent, and count as one.
  const totals = new Map(probed.map(({ next, d }) => [next, d]));
  const passedOn = new Set([...valuesOf(given.s), ...valuesOf(given.x)]);
  const made = [...totals.keys()].filter((y) => y.node.inputs.length > 0 && !passedOn.has(y));
  // A probe's gradient is total: that of an LSTM's c counts the way by h of the same step. Each state is pulled back
  // up to the others, so that this way is counted once; what arrives there is taken off their own part.
  const own = new Map(totals);
  const before = new Map<Value, Value>();
  for (const [y, dy] of totals) {
    const others = made.filter((other) => other !== y);
    const d = pullback(y, dy, { states: probed.map(({ state }) => state), others });
    others.forEach((other, i) => own.set(other, sub(own.get(other)!, d.others[i]!)));
    probed.forEach(({ next }, i) => {
      const sum = before.get(next);
      before.set(next, sum ? add(sum, d.states[i]!) : d.states[i]!);
    });
  }
  const way = withoutForward([...before.values()], valuesOf(after));
  return { before: squaredLength(way), after: detach(squaredLength([...own.values()])) };
}

const valuesOf = (tree: unknown): readonly Value[] => leaves(tree).map(({ leaf }) => leaf);

/** A state before and after a step, and its cotangent after it. */
interface Probed {
  readonly state: Value;
  readonly next: Value;
  readonly d: Value;
}

/** Throws: TreeError, ShapeError. */
function probedStates(before: unknown, after: unknown, cotangents: unknown): readonly Probed[] {
  const states = new Map(leaves(before).map(({ path, leaf }) => [path, leaf]));
  const nexts = new Map(leaves(after).map(({ path, leaf }) => [path, leaf]));
  const probed = leaves(cotangents).map(({ path, leaf: d }) => {
    const [state, next] = [states.get(path), nexts.get(path)];
    if (!state || !next) {
      throw new TreeError(
        `vanishingGradientPenalty: the cotangents have ${path || "a leaf"}, and the states are ${[...states.keys()].join(", ")}.`,
        "Pass the gradient of the probe of this cell.",
      );
    }
    if (formatType(d.type) !== formatType(state.type)) {
      throw new ShapeError(
        `vanishingGradientPenalty: ${path || "the state"} is ${formatType(state.type)} and its cotangent ${formatType(d.type)} at a step.`,
        "Pass the gradient of the probe of this run.",
      );
    }
    return { state, next, d };
  });
  if (probed.length > 0) return probed;
  throw new TreeError(
    "vanishingGradientPenalty: there are no cotangents.",
    "Pass the gradient of a probe with a state or more.",
  );
}

/**
 * The same values, with all that a step computed on its way forward as constants. What it makes of parameters alone,
 * a transposed or a masked weight, is not of that step and stays.
 */
function withoutForward(way: readonly Value[], after: readonly Value[]): readonly Value[] {
  const scope = way.find((x) => x.node.scope)?.node.scope;
  const forward = new Set(nodesOf({ inputs: [], outputs: after }).filter(({ scope: own }) => own === scope));
  return rewrite({ inputs: [], outputs: way }, ({ outputs }) =>
    outputs.some(({ node }) => forward.has(node)) ? detach(outputs) : undefined,
  ).outputs;
}

/** The sum of the squares of a row of all values: [B]. */
const squaredLength = (xs: readonly Value[]): Value =>
  xs
    .map((x) => sum(square(x), { axis: x.shape.map((_, axis) => axis).slice(1) }))
    .reduce((total, one) => add(total, one));
