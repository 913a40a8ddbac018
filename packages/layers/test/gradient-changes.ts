/** Pascanu's penalty by the unrolled graph, cut at every state: without scan, and without probes. */
import {
  add,
  div,
  full,
  gradient,
  leaves,
  mapTree,
  mean,
  mul,
  pullback,
  square,
  stack,
  sub,
  sum,
  type Value,
  type Values,
} from "@unroll/core";
import { unroll, vanishingGradientPenalty, type Cell } from "../src/index.ts";
import { loop } from "./runs.ts";
import type { AnyCell } from "./sample-cells.ts";

/** How many steps the sequences have. */
export const T = 4;

/** Zeros for every float state. */
export const zeroProbe = <S>(state: S): S => {
  const none = leaves(state).map(({ leaf }) => full(0, { ...leaf.type, shape: [T, ...leaf.shape] }));
  let i = 0;
  return mapTree(() => none[i++]!, state);
};

/** What the last states and the outputs of all steps are to be near. */
export const lossOf = (last: unknown, ys: Value, target: Value): Value =>
  add(
    mean(square(sub(ys, target))),
    leaves(last).reduce<Value>(
      (total, { leaf }) => add(total, mul(0.1, mean(square(leaf)))),
      full(0, { dtype: "f64", shape: [] }),
    ),
  );

/** The penalty of a run, by probes. */
export const penalty =
  <P, S>(net: Cell<P, S>) =>
  (p: Values<P>, s: Values<S>, xs: Value, target: Value) => {
    const probe = zeroProbe(s);
    const [last, ys] = unroll(net, p, s, xs, { probe: probe as never });
    const dh = gradient(lossOf(last, ys, target), probe as never) as typeof probe;
    const value = vanishingGradientPenalty(net, p, s, xs, dh as never);
    return { value, d: gradient(value, p as never, { allowUnused: true }) as Values<P> };
  };

export const squares = (tree: unknown): Value =>
  leaves(tree)
    .map(({ leaf }) => sum(square(leaf), { axis: 1 }))
    .reduce((a, b) => add(a, b));

/** The mean of (before / after - 1)^2, when all steps count. */
export const meanChange = (pairs: readonly { readonly before: Value; readonly after: Value }[]): Value =>
  mean(stack(pairs.map(({ before, after }) => square(sub(div(before, after), 1)))));

/** The derivative of the loss by the state after step t as a whole: the graph is cut there. No scan, and no probe. */
export function byLoop(net: AnyCell, p: object, s: object, xs: Value, target: Value) {
  const { last, ys, states } = loop(net, p, s, xs, {});
  const loss = lossOf(last, ys as Value, target);
  return states.map((after, t) => {
    const before = t === 0 ? s : states[t - 1]!;
    const d = pullback(loss, full(1, loss.type), after);
    return { d, back: pullback(after, d, before), before, after };
  });
}
