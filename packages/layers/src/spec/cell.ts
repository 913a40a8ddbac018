import type { NoExtraKeys, Value, Values } from "@unroll/core";

/**
 * What a recurrent network is made of: what it needs, what it remembers, and one step of time.
 *
 * `step` maps the parameters, the state before and an input to the state after and an output: the step of
 * `scan`, behind parameters. A key means training, no key evaluation, so noise needs no flag. State, input
 * and output are trees.
 */
export interface Cell<P, S, X = Value, Y = Value> {
  readonly params: P;
  readonly state: S;
  /** Said by a cell whose rows of a batch see each other, as batch normalization makes them. Absent: they don't. */
  readonly rows?: "coupled";
  step(params: Values<P>, state: Values<S>, x: X, key?: Value): readonly [Values<S>, Y];
}

/** A function with parameters and without memory. A key means training, no key evaluation. */
export interface Layer<P, X = Value, Y = Value> {
  readonly params: P;
  apply(params: Values<P>, x: X, key?: Value): Y;
}

/** A cell while its types are found: its step may return no other states than it has. */
export interface CellRecord<P, S, X, Y, R> {
  readonly params: P;
  readonly state: S;
  readonly rows?: "coupled";
  step(params: Values<P>, state: Values<S>, x: X, key?: Value): readonly [R & NoExtraKeys<R, S>, Y];
}

/**
 * A cell of one's own. The types of `step` follow from the specs; an input without a type is a Value.
 *
 *     const leaky = (hidden: number) => cell({
 *       params: { w: param([hidden, hidden], orthogonal()) },
 *       state: { h: state(hidden) },
 *       step: ({ w }, { h }, x) => { const y = tanh(add(x, matmul(h, w)));
 *         return [{ h: add(mul(0.9, h), mul(0.1, y)) }, y]; } });
 */
export const cell = <const P, const S, X = Value, Y = Value, const R extends Values<S> = Values<S>>(
  record: CellRecord<P, S, X, Y, R>,
): Cell<P, S, X, Y> => record;
