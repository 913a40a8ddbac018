import { flatten, sameTree, type Tensor } from "@unroll/core";
import { norm } from "./statistics.ts";

/** How far a step has moved a parameter, in relation to its size. */
export interface UpdateRatio {
  readonly path: string;
  readonly norm: number;
  readonly updateNorm: number;
  /**
   * updateNorm / norm. Around a thousandth in a healthy run; a ratio near 1 writes the parameter anew at every step.
   */
  readonly ratio: number;
}

/**
 * The ratio of update to weight, for every leaf of two trees of parameters: ||after - before|| / ||before||.
 *
 * Throws: TreeError when the trees differ.
 *
 *     const before = copy(trainer.state.params);
 *     trainer.step(batch);
 *     updateRatios(before, trainer.state.params);
 */
export function updateRatios<T>(before: T, after: NoInfer<T>): readonly UpdateRatio[] {
  sameTree("updateRatios", { name: "after is", tree: after }, { name: "before is", tree: before });
  const now = flatten(after);
  return flatten(before).map(({ path, leaf }, i) => {
    const [old, data] = [(leaf as Tensor).data, (now[i]!.leaf as Tensor).data];
    const [size, updateNorm] = [norm(old), norm(Array.from(old, (x, j) => data[j]! - x))];
    return { path: path || "params", norm: size, updateNorm, ratio: updateNorm / size };
  });
}
