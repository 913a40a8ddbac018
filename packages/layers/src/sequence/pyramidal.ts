import { fork, TreeError, type Value } from "@unroll/core";
import type { ParamsOf } from "../spec/params-of.ts";
import { joinFrames } from "./join-frames.ts";
import {
  runLayer,
  type AnyBidirectional,
  type BidirectionalStack,
  type LayerStates,
} from "./stack-bidirectional.ts";

/** What a pyramid gives: a shorter sequence, and the lengths that its sequences then have. */
export interface Condensed {
  readonly ys: Value;
  readonly lengths: Value | undefined;
}

/**
 * Bidirectional layers one above the other, each reading two frames of the one below as one: N layers make a sequence
 * 2^(N-1) times as short, and whatever attends to it has that much less to look at.
 *
 *     h(j, i) = layer j of [h(j-1, 2i), h(j-1, 2i+1)]
 *
 * The first layer reads the sequence as it is. An odd frame at the end is joined with zeros, see `joinFrames`.
 * Parameters and states are arrays by position, and every layer gets a key of its own.
 *
 * Shapes: xs [T, B, I], lengths i32 [B] -> ys [ceil(T / 2^(N-1)), B, HF + HB] of the last layer, and lengths likewise;
 * each layer but the first takes twice what the one below it gives.
 * Throws: TreeError without layers; what `unroll` and `joinFrames` throw.
 * Source: Chan, Jaitly, Le and Vinyals, Listen, Attend and Spell, 2016, section 3.1.
 *
 *     const listener = pyramidal(
 *       bidirectional(lstm(40, 128), lstm(40, 128)),
 *       bidirectional(lstm(512, 128), lstm(512, 128)),
 *     );
 *     const [last, { ys, lengths }] = listener.unroll(params.listener, start, xs, { lengths: frames });
 */
export function pyramidal<const L extends readonly AnyBidirectional[]>(
  ...layers: L
): BidirectionalStack<ParamsOf<L>, LayerStates<L>, Condensed> {
  if (layers.length === 0) throw new TreeError("pyramidal: there are no layers.");
  const pyramid: BidirectionalStack<readonly unknown[], readonly unknown[], Condensed> = {
    params: layers.map(({ params }) => params),
    state: layers.map(({ state }) => state),
    unroll(params, states, xs, { key, lengths, remat } = {}) {
      const keys: readonly Value[] = key ? fork(key, layers.length) : [];
      let frames = { xs, lengths };
      const last = layers.map((layer, i) => {
        if (i > 0) frames = joinFrames(frames.xs, { lengths: frames.lengths });
        const options = { key: keys[i], lengths: frames.lengths, remat };
        const [after, ys] = runLayer(layer, params[i], states[i], frames.xs, options);
        frames = { ...frames, xs: ys };
        return after;
      });
      return [last as object[], { ys: frames.xs, lengths: frames.lengths }];
    },
  };
  return pyramid as unknown as BidirectionalStack<ParamsOf<L>, LayerStates<L>, Condensed>;
}
