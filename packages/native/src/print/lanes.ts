import type { Body, Dimension, Instruction } from "@unroll/core/engine";

/** The operands that a body reads. */
export const readBy = (body: Body): readonly number[] => [
  ...new Set(body.flatMap((i) => (i.op === "read" || i.op === "readAt" ? [i.operand] : []))),
];

/** Whether an instruction on shared values is itself the same for all points along a dimension. */
export const isSharedAlong =
  (dimensions: readonly Dimension[], along: number | undefined) =>
  (i: Instruction): boolean => {
    if (along === undefined) return false;
    if (i.op === "read" || i.op === "readAt") return dimensions[along]!.strides[i.operand] === 0;
    return i.op !== "accumulator" && !(i.op === "index" && i.dimension === along);
  };
