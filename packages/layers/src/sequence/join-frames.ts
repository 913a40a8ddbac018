import { add, div, full, iota, less, pad, reshape, sizes, transpose, where, type Value } from "@unroll/core";
import { checkSizes } from "../spec/size.ts";
import { checkLengths } from "./lengths.ts";

/** Sequences and, where they differ, their lengths. */
export interface Frames {
  readonly xs: Value;
  readonly lengths: Value | undefined;
}

/**
 * Every `count` consecutive frames of a sequence as one, side by side: a sequence `count` times as short.
 *
 * Where the last frame lacks others they are zeros, and so is what stands behind the end of a sequence: a padded batch
 * gives what its sequences give one by one.
 *
 * Shapes: xs [T, B, I], lengths i32 [B] -> xs [ceil(T / count), B, count I], lengths ceil(lengths / count).
 * Throws: ShapeError for a count that is no whole number from 1 on, or other shapes; DTypeError for other lengths.
 */
export function joinFrames(
  xs: Value,
  options: { readonly count?: number; readonly lengths?: Value | undefined } = {},
): Frames {
  const { count = 2, lengths } = options;
  checkSizes("joinFrames", { count });
  const [steps, batch, width] = sizes(xs, 3);
  if (lengths) checkLengths("joinFrames", lengths, undefined);
  const clean = lengths ? where(insideOf(lengths, steps), xs, full(0, xs.type)) : xs;
  const joined = Math.ceil(steps / count);
  const padded = pad(clean, 0, joined * count - steps, { axis: 0 });
  const together = transpose(reshape(padded, [joined, count, batch, width]), [0, 2, 1, 3]);
  return {
    xs: reshape(together, [joined, batch, count * width]),
    lengths: lengths && div(add(lengths, count - 1), count),
  };
}

/** Which steps are those of a sequence, [T, B, 1]. */
const insideOf = (lengths: Value, steps: number): Value =>
  less(reshape(iota(steps), [steps, 1, 1]), reshape(lengths, [1, -1, 1]));
