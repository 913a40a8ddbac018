import {
  add,
  concat,
  label,
  matmul,
  mul,
  sigmoid,
  sub,
  type Init,
  type ParamSpec,
  type StateSpec,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { checkFractions } from "../spec/fraction.ts";
import { filled, uniform } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import type { WeightOptions } from "./rnn.ts";
import { checkSizes } from "../spec/size.ts";

/** wc [I, C] of the context; wx [I, H], wh [H, H] and ws [C, H] of the hidden units. */
export interface ScrnParams {
  readonly wc: ParamSpec;
  readonly wx: ParamSpec;
  readonly wh: ParamSpec;
  readonly ws: ParamSpec;
  /** [C]; decay = sigmoid(q), where it is learnt. */
  readonly q: ParamSpec | undefined;
}

/** h [B, H] and the context s [B, C]. */
export interface ScrnState {
  readonly h: StateSpec;
  readonly s: StateSpec;
}

/** How a structurally constrained recurrent network is made. */
export interface ScrnOptions extends Omit<WeightOptions, "biasInit"> {
  /** How much of the context stays from step to step, alpha of the paper; "learnt": one per unit. Default: 0.95. */
  readonly decay?: number | "learnt";
  /** Of the weights that make the context, and of those that read it. Default: as `init`. */
  readonly contextInit?: Init;
}

/**
 * The structurally constrained recurrent network: hidden units, and beside them a context that changes slowly.
 *
 *     s' = (1 - decay) (x wc) + decay s
 *     h' = sigmoid(s' ws + x wx + h wh)
 *
 * The output is h' and s' side by side, of which the paper's y is one linear map and a softmax. There are no biases. A
 * decay that is learnt starts from 0.95. The names h and s can be watched.
 *
 * Shapes: x [B, I], h [B, H], s [B, C] -> [B, H + C].
 * Throws: ShapeError for a size that is no whole number from 1 on; UnrollError for a decay outside of [0, 1].
 * Source: Mikolov, Joulin, Chopra, Mathieu and Ranzato, Learning Longer Memory in Recurrent Neural Networks, 2015, the
 * equations under "Context features", and under "Adaptive context features" for a decay that is learnt.
 */
export function scrn(
  inputs: number,
  hidden: number,
  context: number,
  options: ScrnOptions = {},
): Cell<ScrnParams, ScrnState> {
  const { decay = 0.95, init = uniform(1 / Math.sqrt(hidden)) } = options;
  const { recurrentInit = init, contextInit = init } = options;
  checkSizes("scrn", { inputs, hidden, context });
  if (decay !== "learnt") checkFractions("scrn", { decay });
  return cell({
    params: {
      wc: param([inputs, context], contextInit),
      wx: param([inputs, hidden], init),
      wh: param([hidden, hidden], recurrentInit),
      ws: param([context, hidden], contextInit),
      q: decay === "learnt" ? param([context], filled(Math.log(0.95 / 0.05))) : undefined,
    },
    state: { h: state(hidden), s: state(context) },
    step({ wc, wx, wh, ws, q }, { h, s }, x) {
      const keep = q ? sigmoid(q) : Number(decay);
      const fresh = typeof keep === "number" ? 1 - keep : sub(1, keep);
      const sNext = add(mul(fresh, matmul(x, wc)), mul(keep, s));
      const hNext = sigmoid(add(matmul(sNext, ws), matmul(x, wx), matmul(h, wh)));
      return [label({ h: hNext, s: sNext }), concat([hNext, sNext])];
    },
  });
}
