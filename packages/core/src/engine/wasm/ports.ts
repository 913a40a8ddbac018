import { rowMajor, sizeOf, type TensorType } from "../../tensor/type.ts";
import { writeCount } from "../../ir/kernel.ts";
import type { Program, Statement } from "../../ir/program.ts";
import { mergeFactors, viewShape, type View } from "../../ir/view.ts";

/** How an output comes out of a program. */
export type OutputKind =
  /** It has a buffer of its own, in which it lies row by row: the buffer becomes the tensor. */
  | "own"
  /** It has overwritten the input that had this buffer. */
  | "overwritten"
  /** It is the input at the same place, as it was. */
  | "unchanged"
  /** It is a part of something else, and has to be copied. */
  | "copied";

/** For every output, how it comes out. */
export function outputKinds(program: Program): readonly OutputKind[] {
  const { inputs, outputs } = program;
  const given = new Set(inputs.map(({ buffer }) => buffer.id));
  const written = writtenBuffers(program, program.statements);
  return outputs.map((view, i) => {
    const { id, role } = view.buffer;
    const isFirst = outputs.findIndex(({ buffer }) => buffer.id === id) === i;
    if (!isWhole(view) || !isFirst) return "copied";
    if (given.has(id))
      return written.has(id) ? "overwritten" : inputs[i]?.buffer.id === id ? "unchanged" : "copied";
    return role === "output" ? "own" : "copied";
  });
}

function writtenBuffers({ kernels }: Program, statements: readonly Statement[]): ReadonlySet<number> {
  const writes = (statement: Statement): readonly View[] => {
    switch (statement.kind) {
      case "call":
        return statement.operands.slice(-writeCount(kernels[statement.kernel]!));
      case "host":
        return statement.writes;
      case "loop":
        return statement.body.flatMap(writes);
      case "barrier":
        return [];
    }
  };
  return new Set(statements.flatMap(writes).map(({ buffer }) => buffer.id));
}

export const typeOf = (view: View): TensorType => ({ dtype: view.buffer.dtype, shape: viewShape(view) });

/** Whether a view shows all of its buffer, row by row. */
export function isWhole(view: View): boolean {
  const shape = viewShape(view);
  const strides = rowMajor(shape);
  const isCompact = view.axes.every((axis, i) => {
    const factors = mergeFactors(axis);
    return factors.length === 0 || (factors.length === 1 && factors[0]![1] === strides[i]);
  });
  return isCompact && view.offset === 0 && view.steps.length === 0 && sizeOf(shape) === view.buffer.size;
}
