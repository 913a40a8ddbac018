import {
  add,
  formatType,
  mul,
  reshape,
  ShapeError,
  standardize,
  type ParamSpec,
  type Value,
} from "@unroll/core";
import type { Layer } from "../spec/cell.ts";
import { ones, zeros } from "../initializers/initializers.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";

/** gain and bias [size]. */
export interface GroupNormParams {
  readonly gain: ParamSpec;
  readonly bias: ParamSpec;
}

/** How group normalization is made. */
export interface GroupNormOptions {
  /**
   * The axes that are normalized together with the channels of a group. Default: [-3, -2], height and width of images.
   * For sequences []: over time or over the batch, steps and rows would no longer be independent.
   */
  readonly axis?: readonly number[];
  /** What is added to the variance. Default: 1e-5. */
  readonly epsilon?: number;
}

/**
 * Group normalization: mean 0 and variance 1 over the channels of each group and, of an image, over all its places;
 * then a gain and a bias per channel. One group is layer normalization of the whole image, and as many as there are
 * channels instance normalization.
 *
 * Shapes: [..., size] -> same, channels last.
 * Throws: ShapeError for a size that is no whole number from 1 on, for groups that do not divide it, for an axis that
 * is not there or is that of the channels, and for a sequence [T, B, C] where no axes are named.
 * Source: Wu and He, Group Normalization, 2018, eqs. 1, 2, 6 and 7.
 */
export function groupNorm(
  size: number,
  groups: number,
  options: GroupNormOptions = {},
): Layer<GroupNormParams> {
  checkSizes("groupNorm", { size, groups });
  if (size % groups !== 0)
    throw new ShapeError(`groupNorm: ${groups} groups do not divide ${size} channels.`);
  const { axis, epsilon = 1e-5 } = options;
  return {
    params: { gain: param([size], ones), bias: param([size], zeros) },
    apply({ gain, bias }, x) {
      const together = [...(axis ? axesOf(x, axis) : axesOfImage(x)), x.shape.length];
      const grouped = reshape(x, [...x.shape.slice(0, -1), groups, size / groups]);
      const y = reshape(standardize(grouped, { axis: together, epsilon }), x.shape);
      return add(mul(gain, y), bias);
    },
  };
}

/** Axes counted from the front. Throws: ShapeError for one that is not there, and for that of the channels. */
const axesOf = ({ type, label }: Value, axes: readonly number[]): readonly number[] =>
  axes.map((axis) => {
    const place = axis < 0 ? axis + type.shape.length : axis;
    if (Number.isInteger(place) && place >= 0 && place < type.shape.length - 1) return place;
    throw new ShapeError(
      `groupNorm: ${axis} is none of the axes of ${label ?? "x"} ${formatType(type)} in front of its channels.`,
      "Leave out the channels: a group of them is taken together anyhow.",
    );
  });

/** Height and width. Throws: ShapeError when nothing stands in front of these: that may be a sequence. */
function axesOfImage(x: Value): readonly number[] {
  if (x.shape.length >= 4) return axesOf(x, [-3, -2]);
  throw new ShapeError(
    `groupNorm: ${x.label ?? "x"} ${formatType(x.type)} is no batch of images [B, H, W, C].`,
    "For a sequence pass { axis: [] }, for one image { axis: [0, 1] }.",
  );
}
