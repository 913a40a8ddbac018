import {
  add,
  cast,
  exp,
  iota,
  matmul,
  mul,
  neg,
  reshape,
  split,
  square,
  sub,
  sum,
  where,
  type Init,
  type ParamSpec,
  type StateSpec,
  type Value,
  type Values,
} from "@unroll/core";
import { uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";
import { average, type Attention } from "./attend.ts";

/** w [inputs, 3 components], b [3 components]: importance, sharpness and advance of every component side by side. */
export interface SoftWindowParams {
  readonly w: ParamSpec;
  readonly b: ParamSpec;
}

/** kappa [B, components]: where the components stand. */
export interface SoftWindowState {
  readonly kappa: StateSpec;
}

/** A part of a cell: it remembers where it reads, and reads a memory that stays the same. */
export interface SoftWindow {
  readonly params: SoftWindowParams;
  readonly state: SoftWindowState;
  /** Shapes: h [B, inputs], values [S, B, V], mask bool [S, B] -> context [B, V], weights [S, B]. */
  read(
    params: Values<SoftWindowParams>,
    state: Values<SoftWindowState>,
    h: Value,
    values: Value,
    mask?: Value,
  ): readonly [state: Values<SoftWindowState>, read: Attention];
}

/**
 * A window that slides over a memory, as a hand over the text that it writes: a mixture of Gaussian bells whose
 * centres only ever move forwards.
 *
 *     alpha, beta, delta = exp(h w + b)                                each with its own columns
 *     kappa'             = kappa + delta
 *     weights[u]         = sum over k of alpha[k] exp(-beta[k] (kappa'[k] - u)^2)
 *     context            = sum over u of weights[u] values[u]
 *
 * Positions u count from 0. The weights do not add up to 1; where the mask does not hold they are 0. `w` is uniform on
 * 1 / sqrt(inputs) around 0 unless `init` says otherwise, and b is 0: the bells then move on by about one entry a step.
 *
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Graves, Generating Sequences With Recurrent Neural Networks, 2013, eqs. 46-51.
 *
 *     const [window, { context, weights }] = reader.read(p.reader, s.window, h, text);
 */
export function softWindow(
  inputs: number,
  components: number,
  options: { readonly init?: Init; readonly biasInit?: Init } = {},
): SoftWindow {
  checkSizes("softWindow", { inputs, components });
  const { init = uniform(1 / Math.sqrt(inputs)), biasInit = zeros } = options;
  return {
    params: { w: param([inputs, 3 * components], init), b: param([3 * components], biasInit) },
    state: { kappa: state(components) },
    read({ w, b }, { kappa }, h, values, mask) {
      const [alpha, beta, delta] = split(exp(add(matmul(h, w), b)), 3);
      const next = add(kappa, delta);
      const steps = values.shape[0]!;
      const positions = reshape(cast(iota(steps), h.type.dtype), [steps, 1, 1]);
      const bells = mul(alpha, exp(mul(neg(beta), square(sub(next, positions)))));
      const all = sum(bells, { axis: -1 });
      const weights = mask ? where(mask, all, 0) : all;
      return [{ kappa: next }, { context: average(weights, values), weights }];
    },
  };
}
