import {
  add,
  conv1d,
  conv2d,
  ShapeError,
  type Conv1dOptions,
  type Conv2dOptions,
  type Init,
  type ParamSpec,
  type Value,
} from "@unroll/core";
import type { Layer } from "../spec/cell.ts";
import { uniform } from "../initializers/initializers.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";

/** w [size, inputs / groups, outputs], with height and width in front for images; b [outputs]. */
export interface ConvolutionParams {
  readonly w: ParamSpec;
  readonly b: ParamSpec | undefined;
}

/** The parameters of a convolution. */
export interface FilterOptions {
  /** Default: true. */
  readonly bias?: boolean;
  /** The first numbers of w and b. Default: uniform on 1 / sqrt(n) around 0 for units that read n numbers each. */
  readonly init?: Init;
}

/**
 * A convolution along one axis: `conv1d` with parameters, and a bias.
 *
 * Shapes: [..., n, inputs] -> [..., m, outputs]; along axis 0 [n, ..., inputs] -> [m, ..., outputs].
 * Throws: ShapeError for a size that is no whole number from 1 on, and for groups that do not divide the channels.
 *
 *     const grams = convolution1d(64, 128, 3, { axis: 0, padding: [2, 0] }); // sees two steps back and none ahead
 */
export function convolution1d(
  inputs: number,
  outputs: number,
  size: number,
  options: Conv1dOptions & FilterOptions = {},
): Layer<ConvolutionParams> {
  checkSizes("convolution1d", { inputs, outputs, size });
  return {
    params: filter("convolution1d", [size, inputs, outputs], options),
    apply: ({ w, b }, x) => biased(conv1d(x, w, options), b),
  };
}

/**
 * A convolution of images, whose channels are last: `conv2d` with parameters, and a bias. One size makes a square.
 *
 * Shapes: [..., H, W, inputs] -> [..., H', W', outputs].
 * Throws: ShapeError for a size that is no whole number from 1 on, and for groups that do not divide the channels.
 *
 *     const first = convolution2d(1, 32, 3, { padding: "same", init: he() });
 */
export function convolution2d(
  inputs: number,
  outputs: number,
  size: number | readonly [height: number, width: number],
  options: Conv2dOptions & FilterOptions = {},
): Layer<ConvolutionParams> {
  const [height, width] = typeof size === "number" ? [size, size] : size;
  checkSizes("convolution2d", { inputs, outputs, height, width });
  return {
    params: filter("convolution2d", [height, width, inputs, outputs], options),
    apply: ({ w, b }, x) => biased(conv2d(x, w, options), b),
  };
}

/** The specs for a filter of this shape, which is divided among groups. */
function filter(
  maker: string,
  shape: readonly number[],
  { bias = true, init, groups = 1 }: FilterOptions & { readonly groups?: number },
): ConvolutionParams {
  const [inputs, outputs] = [shape.at(-2)!, shape.at(-1)!];
  checkSizes(maker, { groups });
  if (inputs % groups !== 0 || outputs % groups !== 0) {
    throw new ShapeError(`${maker}: ${groups} groups do not divide ${inputs} inputs and ${outputs} outputs.`);
  }
  const own = shape.with(-2, inputs / groups);
  const reads = own.slice(0, -1).reduce((product, n) => product * n, 1);
  const first = init ?? uniform(1 / Math.sqrt(reads));
  return { w: param(own, first), b: bias ? param([outputs], first) : undefined };
}

const biased = (y: Value, b: Value | undefined): Value => (b ? add(y, b) : y);
