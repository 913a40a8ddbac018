import { einsum, formatType, ShapeError, softmax, where, type Value } from "@unroll/core";

/** What was read from a memory, and how much every entry of it has part in that. */
export interface Attention {
  /** [B, V], or [T, B, V] for all steps of a sequence. */
  readonly context: Value;
  /** [S, B], or [T, S, B]. */
  readonly weights: Value;
}

/**
 * Read a memory: the mean of its values, weighted by the softmax of their scores.
 *
 *     weights = softmax(scores)                      over S where the mask holds, and 0 elsewhere
 *     context = sum over s of weights[s] values[s]
 *
 * The mask, bool, has the rank of the scores, and any of its axes may be 1: [S, B] for one step; for all steps
 * [1, S, B] hides padding, as `paddingMask` does, and [T, S, 1] the future, as `causalMask` does. Where it hides
 * everything, weights and context are zeros, and so is their gradient.
 *
 * Shapes: scores [S, B], values [S, B, V] -> [B, V] and [S, B]; scores [T, S, B] -> [T, B, V] and [T, S, B].
 * Throws: ShapeError when shapes do not fit or the mask has another rank; DTypeError when it is not bool.
 *
 *     const { context, weights } = attend(score.apply(p, h, keys), values, mask);
 */
export function attend(scores: Value, values: Value, mask?: Value): Attention {
  checkMemory(scores, values);
  const weights = weigh(scores, mask);
  return { context: average(weights, values), weights };
}

/** The softmax over S of scores [..., S, B], where the mask holds. */
export function weigh(scores: Value, mask: Value | undefined): Value {
  return softmax(mask ? where(mask, scores, -Infinity) : scores, { axis: -2 });
}

/** The sum of values [S, B, V] by weights [S, B] or [T, S, B]. */
export const average = (weights: Value, values: Value): Value =>
  einsum(weights.shape.length === 3 ? "tsb,sbv->tbv" : "sb,sbv->bv", weights, values);

function checkMemory(scores: Value, values: Value): void {
  const [rank, memory] = [scores.shape.length, scores.shape.slice(-2)];
  const fits = memory.every((size, axis) => size === values.shape[axis]);
  if ((rank === 2 || rank === 3) && values.shape.length === 3 && fits) return;
  const name = (x: Value, otherwise: string): string => `${x.label ?? otherwise} ${formatType(x.type)}`;
  throw new ShapeError(
    `attend: ${name(scores, "scores")} and ${name(values, "values")} are not of one memory.`,
    "Scores are [S, B] or [T, S, B], values [S, B, V].",
  );
}
