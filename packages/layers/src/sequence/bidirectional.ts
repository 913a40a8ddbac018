import { concat, fork, type ScanOptions, type Value, type Values } from "@unroll/core";
import type { Cell } from "../spec/cell.ts";
import { unroll } from "./unroll.ts";

/** One thing for each direction of time. */
export interface Directions<F, B> {
  readonly forward: F;
  readonly backward: B;
}

/** How a bidirectional layer is run. */
export interface BidirectionalOptions {
  /** For training: every step of either direction gets a key of its own. */
  readonly key?: Value | undefined;
  /** The number of steps of every sequence, i32 [B]; backwards, each starts at its own end. */
  readonly lengths?: Value | undefined;
  /** Of how many steps a derivative keeps one state, to run those between once more: see `scan`. */
  readonly remat?: ScanOptions["remat"];
}

/**
 * Two cells that read a sequence from its two ends. It needs the whole sequence, so it is no cell and has
 * no step.
 */
export interface Bidirectional<PF, SF, PB, SB, X> {
  readonly params: Directions<PF, PB>;
  readonly state: Directions<SF, SB>;
  unroll(
    params: Directions<Values<PF>, Values<PB>>,
    state: Directions<Values<SF>, Values<SB>>,
    xs: X,
    options?: BidirectionalOptions,
  ): [Directions<Values<SF>, Values<SB>>, Value];
}

/**
 * A layer of two cells, one of which reads the sequence from its end to its beginning.
 *
 * It returns the states of both after their last steps, and the outputs of both side by side.
 *
 * Shapes: xs [T, B, I] -> [T, B, HF + HB].
 * Throws: what `unroll` throws.
 * Source: Schuster and Paliwal, Bidirectional Recurrent Neural Networks, 1997.
 *
 *     const encoder = bidirectional(lstm(64, 128), lstm(64, 128));
 *     const [last, notes] = encoder.unroll(params.encoder, start, xs, { lengths });
 */
export function bidirectional<PF, SF, PB, SB, X = Value>(
  forward: Cell<PF, SF, X>,
  backward: Cell<PB, SB, X>,
): Bidirectional<PF, SF, PB, SB, X> {
  return {
    params: { forward: forward.params, backward: backward.params },
    state: { forward: forward.state, backward: backward.state },
    unroll(params, state, xs, { key, lengths, remat } = {}) {
      const [there, back] = key ? fork(key, 2) : [];
      const [lastForward, ys] = unroll(forward, params.forward, state.forward, xs, {
        key: there,
        lengths,
        remat,
      });
      const [lastBackward, zs] = unroll(backward, params.backward, state.backward, xs, {
        key: back,
        lengths,
        remat,
        reverse: true,
      });
      return [{ forward: lastForward, backward: lastBackward }, concat([ys, zs])];
    },
  };
}
