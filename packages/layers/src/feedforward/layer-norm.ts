import { add, mul, standardize, type ParamSpec } from "@unroll/core";
import type { Layer } from "../spec/cell.ts";
import { ones, zeros } from "../initializers/initializers.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";

/** gain and bias [size]. */
export interface LayerNormParams {
  readonly gain: ParamSpec;
  readonly bias: ParamSpec;
}

/**
 * Layer normalization: mean 0 and variance 1 along the last axis, then a gain and a bias per unit.
 * `epsilon`, 1e-5 by default, is added to the variance.
 *
 * Shapes: [..., size] -> same.
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Ba, Kiros and Hinton, Layer Normalization, 2016, eq. 4, without its activation.
 */
export function layerNorm(size: number, options: { readonly epsilon?: number } = {}): Layer<LayerNormParams> {
  checkSizes("layerNorm", { size });
  return {
    params: { gain: param([size], ones), bias: param([size], zeros) },
    apply: ({ gain, bias }, x) => add(mul(gain, standardize(x, options)), bias),
  };
}
