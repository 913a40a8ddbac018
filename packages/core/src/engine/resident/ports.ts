import { rowMajor, sizeOf, type TensorType } from "../../tensor/type.ts";
import { writeCount } from "../../ir/kernel.ts";
import type { Program, Statement } from "../../ir/program.ts";
import { mergeFactors, viewShape, type View } from "../../ir/view.ts";

/** An input or output of a program. */
interface Port {
  readonly view: View;
  readonly type: TensorType;
}

export interface InputPort extends Port {
  /**
   * What the program needs of its numbers: to find them where they are; a copy, since it overwrites them or sees them
   * under another layout; or the memory itself, which an output will have.
   */
  readonly use: "read" | "copied" | "taken";
}

export interface OutputPort extends Port {
  /**
   * How it comes out: in a buffer of its own; in that of the input at this place, which it has overwritten; as the
   * input at the same place, unchanged; or as a part of something else.
   */
  readonly kind: "own" | "unchanged" | "part" | { readonly takes: number };
}

export function portsOf(program: Program): {
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly OutputPort[];
} {
  const written = writtenBuffers(program, program.statements);
  const given = program.inputs.map(({ buffer }) => buffer.id);
  const shown = program.outputs.map(({ buffer }) => buffer.id);
  const outputs = program.outputs.map((view, i): OutputPort => {
    const { id, role } = view.buffer;
    const input = given.indexOf(id);
    const isAlone = isWhole(view) && shown.indexOf(id) === i;
    const port = { view, type: typeOf(view) };
    if (!isAlone) return { ...port, kind: "part" };
    if (input >= 0 && written.has(id)) return { ...port, kind: { takes: input } };
    if (input >= 0) return { ...port, kind: input === i ? "unchanged" : "part" };
    return { ...port, kind: role === "output" ? "own" : "part" };
  });
  const taken = new Set(outputs.flatMap(({ kind }) => (typeof kind === "object" ? [kind.takes] : [])));
  const inputs = program.inputs.map((view, i): InputPort => {
    const isChanged = written.has(view.buffer.id) || !isWhole(view);
    return { view, type: typeOf(view), use: taken.has(i) ? "taken" : isChanged ? "copied" : "read" };
  });
  return { inputs, outputs };
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
