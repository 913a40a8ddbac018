import type { Axis } from "../../ir/view.ts";
import { mergeFactors } from "../../ir/view.ts";

/**
 * Whether operands can be walked together: along every axis, the places at which their factors are cut must divide one
 * another. [6] and [2, 3] agree, [2, 3] and [3, 2] do not.
 */
export function agree(operands: readonly (readonly Axis[])[]): boolean {
  return operands[0]!.every((_, axis) => {
    const cuts = new Set(operands.flatMap((axes) => cutsOf(axes[axis]!)));
    const ascending = [...cuts].sort((a, b) => a - b);
    return ascending.every((cut, i) => i === 0 || cut % ascending[i - 1]! === 0);
  });
}

/** How many elements lie inside of each cut. */
function cutsOf(axis: Axis): readonly number[] {
  let inside = 1;
  return mergeFactors(axis)
    .toReversed()
    .map(([size]) => (inside *= size));
}
