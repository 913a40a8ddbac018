import { iota, less, lessEqual, unsqueeze, type Value } from "@unroll/core";

/**
 * Where the sequences of a batch have not ended yet. For queries of all steps: `unsqueeze(mask, 0)`.
 *
 * Shapes: i32 [B], S -> bool [S, B].
 *
 *     attend(scores, values, paddingMask(lengths, values.shape[0]));
 */
export const paddingMask = (lengths: Value, steps: number): Value =>
  less(unsqueeze(iota(steps), 1), unsqueeze(lengths, 0));

/**
 * Where step s of a memory is not later than step t, so that no step sees its future. Together with the mask of
 * padding: `and(causalMask(T), unsqueeze(mask, 0))`.
 *
 * Shapes: T -> bool [T, T, 1].
 */
export const causalMask = (steps: number): Value =>
  unsqueeze(lessEqual(unsqueeze(iota(steps), 0), unsqueeze(iota(steps), 1)), 2);
