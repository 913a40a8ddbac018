import { fork, TreeError, type Value, type Values } from "@unroll/core";
import type { ParamsOf } from "../spec/params-of.ts";
import type { Bidirectional, BidirectionalOptions } from "./bidirectional.ts";

/** Any bidirectional layer. */
export type AnyBidirectional = Bidirectional<unknown, unknown, unknown, unknown, Value>;

/** The states of every layer, by position. */
export type LayerStates<L extends readonly AnyBidirectional[]> = {
  readonly [K in keyof L]: L[K]["state"];
};

/** Layers that need the whole sequence. Like one of them it is no cell and has no step. */
export interface BidirectionalStack<P, S, Y> {
  readonly params: P;
  readonly state: S;
  unroll(
    params: Values<P>,
    state: Values<S>,
    xs: Value,
    options?: BidirectionalOptions,
  ): [last: Values<S>, ys: Y];
}

/**
 * Bidirectional layers one above the other: either direction of a layer reads both of the layer below.
 *
 * Parameters and states are arrays by position, and every layer gets a key of its own.
 *
 * Shapes: xs [T, B, I] -> [T, B, HF + HB] of the last layer; each layer takes what the one below it gives.
 * Throws: TreeError without layers; what `unroll` throws.
 * Source: Graves, Mohamed and Hinton, Speech Recognition with Deep Recurrent Neural Networks, 2013, section 2.
 *
 *     const encoder = stackBidirectional(
 *       bidirectional(lstm(40, 128), lstm(40, 128)),
 *       bidirectional(lstm(256, 128), lstm(256, 128)),
 *     );
 */
export function stackBidirectional<const L extends readonly AnyBidirectional[]>(
  ...layers: L
): BidirectionalStack<ParamsOf<L>, LayerStates<L>, Value> {
  if (layers.length === 0) throw new TreeError("stackBidirectional: there are no layers.");
  const stack: BidirectionalStack<readonly unknown[], readonly unknown[], Value> = {
    params: layers.map(({ params }) => params),
    state: layers.map(({ state }) => state),
    unroll(params, states, xs, { key, ...options } = {}) {
      const keys: readonly Value[] = key ? fork(key, layers.length) : [];
      let ys = xs;
      const last = layers.map((layer, i) => {
        const [after, above] = runLayer(layer, params[i], states[i], ys, { ...options, key: keys[i] });
        ys = above;
        return after;
      });
      return [last as object[], ys];
    },
  };
  return stack as unknown as BidirectionalStack<ParamsOf<L>, LayerStates<L>, Value>;
}

/** A layer of a list, of whose trees nothing is known but that they are its own. */
export const runLayer = (
  layer: AnyBidirectional,
  params: unknown,
  state: unknown,
  xs: Value,
  options: BidirectionalOptions,
): [unknown, Value] => layer.unroll(params as never, state as never, xs, options);
