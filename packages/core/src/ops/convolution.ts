import { ShapeError } from "../tensor/error.ts";
import { applyOp, describeValue, type Op, type Value } from "../graph/node.ts";
import { mul } from "./arithmetic.ts";
import { normalizeAxis } from "./axis.ts";
import { sum } from "./broadcast.ts";
import { contraction, type Letters } from "./contract.ts";
import { expectFloats } from "./expect.ts";
import { reshape } from "./reshape.ts";
import { insideOf, slide, type Padding, type Slide } from "./slide.ts";

/** How a kernel is moved along a sequence. */
export interface Conv1dOptions {
  /** Along which axis of x. Default: -2, the one in front of the channels; for sequences [T, B, C] it is 0. */
  readonly axis?: number;
  /** How far from one place to the next. Default: 1. */
  readonly stride?: number;
  /** Default: 0. A sequence that must not see its future is padded in front: [size - 1, 0]. */
  readonly padding?: Padding;
  /** How far apart the entries are that the kernel looks at. Default: 1. */
  readonly dilation?: number;
  /** So many parts of the channels have kernels of their own; all of them: depthwise. Default: 1. */
  readonly groups?: number;
}

/** How a kernel is moved over an image. A pair is for height and width. */
export interface Conv2dOptions {
  /** How far from one place to the next. Default: 1. */
  readonly stride?: number | readonly [number, number];
  /** Default: 0. A pair of pairs is [[top, bottom], [left, right]]. */
  readonly padding?: number | "same" | readonly [Padding, Padding];
  /** How far apart the entries are that the kernel looks at. Default: 1. */
  readonly dilation?: number | readonly [number, number];
  /** So many parts of the channels have kernels of their own; all of them: depthwise. Default: 1. */
  readonly groups?: number;
}

const conv1dOp: Op<Letters> = contraction("conv1d");
const conv2dOp: Op<Letters> = contraction("conv2d");

/**
 * Products of a kernel with every window along an axis: y[t] = sum over i of x[stride t + dilation i] w[i]. The
 * kernel is not flipped, as usual in this field.
 *
 * Shapes: [..., n, C], [k, C / groups, O] -> [..., m, O] with m = floor((n + padding - reach) / stride) + 1 and
 * reach = (k - 1) dilation + 1; along axis 0 [n, ..., C] -> [m, ..., O].
 * Gradient: dw is the same sum with dy in the place of w; dx the products of dy with w, added up where windows
 * overlap.
 * Throws: ShapeError when channels differ, the kernel does not fit, or a number is none; DTypeError for all but
 * floats.
 *
 *     conv1d(xs, w, { axis: 0, padding: [2, 0] }); // a causal one of three steps: [T, B, C] -> [T, B, O]
 */
export function conv1d(x: Value, w: Value, options: Conv1dOptions = {}): Value {
  expectFloats("conv1d", [x, w]);
  const { axis = -2, stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  checkRanks("conv1d", x, w, 1);
  const along = normalizeAxis("conv1d", axis, x);
  if (along === x.shape.length - 1) {
    throw new ShapeError(`${describeCall("conv1d", x, w)}: axis ${axis} is that of the channels.`);
  }
  return convolve(conv1dOp, x, w, [{ axis: along, stride, padding, dilation }], groups);
}

/**
 * Products of a kernel with every window of an image: y[i, j] = sum over p, q of x[stride i + dilation p,
 * stride j + dilation q] w[p, q]. Channels are last, and any axes may stand in front. The kernel is not
 * flipped, as usual in this field.
 *
 * Shapes: [..., H, W, C], [kh, kw, C / groups, O] -> [..., H', W', O] with
 * H' = floor((H + padding - reach) / stride) + 1, reach = (kh - 1) dilation + 1, and W' alike.
 * Gradient: dw is the same sum with dy in the place of w; dx the products of dy with w, added up where windows
 * overlap.
 * Throws: ShapeError when channels differ, the kernel does not fit, or a number is none; DTypeError for all but
 * floats.
 *
 *     conv2d(image, w, { padding: "same" }); // [B, H, W, C], [3, 3, C, O] -> [B, H, W, O]
 */
export function conv2d(x: Value, w: Value, options: Conv2dOptions = {}): Value {
  expectFloats("conv2d", [x, w]);
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  checkRanks("conv2d", x, w, 2);
  const along = ([0, 1] as const).map((i) => ({
    axis: x.shape.length - 3 + i,
    stride: typeof stride === "number" ? stride : stride[i],
    padding: typeof padding === "object" ? padding[i] : padding,
    dilation: typeof dilation === "number" ? dilation : dilation[i],
  }));
  return convolve(conv2dOp, x, w, along, groups);
}

/** Axes of x that are no channels, then those of the kernel; `c` and `o` are channels and `g` groups. */
const alphabet = "abdefhklmnpqrsuvwxyz".split("");
const kernelLetters = ["i", "j"];

function convolve(
  op: Op<Letters>,
  x: Value,
  w: Value,
  along: readonly Omit<Slide, "size">[],
  groups: number,
): Value {
  const call = describeCall(op.name, x, w);
  checkChannels(call, x, w, groups);
  const slides = along.map((one, i) => ({ ...one, size: w.shape[i]! }));
  const [own, outputs] = [w.shape.at(-2)!, w.shape.at(-1)!];
  if (groups > 1 && own === 1 && outputs === groups) return depthwise(slide(call, x, slides), w, slides);
  const split = (value: Value): Value =>
    groups === 1
      ? value
      : reshape(value, [...value.shape.slice(0, -1), groups, value.shape.at(-1)! / groups]);
  const kept = alphabet.slice(0, x.shape.length - 1);
  const slid = kept.map((letter, axis) => {
    const i = along.findIndex((one) => one.axis === axis);
    return i < 0 ? letter : letter + kernelLetters[i]!;
  });
  const kernel = kernelLetters.slice(0, along.length).join("");
  const g = groups === 1 ? "" : "g";
  const letters = { a: `${slid.join("")}${g}c`, b: `${kernel}c${g}o`, out: `${kept.join("")}${g}o` };
  const y = applyOp(op, [slide(call, split(x), slides), split(w)], letters)[0]!;
  return groups === 1 ? y : reshape(y, [...y.shape.slice(0, -2), outputs]);
}

/** One kernel for each channel: nothing is summed over channels, so a contraction has no columns to work on. */
function depthwise(slid: Value, w: Value, slides: readonly Slide[]): Value {
  const inside = insideOf(slides);
  const channels = slid.shape.length - 1;
  const shape = slid.shape.map((size, axis) => (axis === channels || inside.includes(axis) ? size : 1));
  return sum(mul(slid, reshape(w, shape)), { axis: inside });
}

const describeCall = (op: string, x: Value, w: Value): string =>
  `${op}: ${describeValue(x)} and ${describeValue(w)}`;

/** Refuse operands that lack axes. Throws: ShapeError. */
function checkRanks(op: string, x: Value, w: Value, moved: number): void {
  const missing = x.shape.length < moved + 1 ? "x" : w.shape.length === moved + 2 ? undefined : "w";
  if (missing === undefined) return;
  const wanted =
    moved === 1 ? { x: "[..., n, C]", w: "[k, C, O]" } : { x: "[..., H, W, C]", w: "[kh, kw, C, O]" };
  throw new ShapeError(`${describeCall(op, x, w)}: ${missing} is not ${wanted[missing]}.`);
}

/** Refuse channels that do not fit. Throws: ShapeError. */
function checkChannels(call: string, x: Value, w: Value, groups: number): void {
  const [inputs, own, outputs] = [x.shape.at(-1)!, w.shape.at(-2)!, w.shape.at(-1)!];
  if (!Number.isInteger(groups) || groups < 1 || outputs % groups !== 0) {
    throw new ShapeError(`${call}: ${outputs} channels of the result do not make ${groups} groups.`);
  }
  if (inputs === own * groups) return;
  throw new ShapeError(
    groups === 1
      ? `${call}: x has ${inputs} channels and the kernel takes ${own}.`
      : `${call}: x has ${inputs} channels, and ${groups} groups of the kernel take ${own} each.`,
    groups === 1 && x.shape.includes(own) ? "Channels are the last axis: transpose(x, order)." : undefined,
  );
}
