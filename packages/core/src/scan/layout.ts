import type { Graph } from "../graph/graph.ts";
import { applyOp, type Op, type Value } from "../graph/node.ts";

/**
 * A graph that is run once per step. Its inputs, and those of the node, are carries, sequences and captured values, in
 * this order; its outputs are the new carries and what the step emits. Sequences and emitted values have a leading axis
 * of `length` outside of the body.
 */
export interface ScanAttrs {
  readonly body: Graph;
  readonly carries: number;
  readonly sequences: number;
  readonly length: number;
  readonly reverse: boolean;
}

/** A list of inputs, by what they are. */
export interface Parts<T> {
  readonly carries: readonly T[];
  readonly sequences: readonly T[];
  readonly captured: readonly T[];
}

/** The one place that knows in which order the inputs of a body, and of its node, stand. */
export const partsOf = <T>({ carries, sequences }: ScanAttrs, inputs: readonly T[]): Parts<T> => ({
  carries: inputs.slice(0, carries),
  sequences: inputs.slice(carries, carries + sequences),
  captured: inputs.slice(carries + sequences),
});

export const listOf = <T>({ carries, sequences, captured }: Parts<T>): readonly T[] => [
  ...carries,
  ...sequences,
  ...captured,
];

/** A body by the meaning of its ends. */
export interface Body {
  readonly inputs: Parts<Value>;
  /** The new carries, one per carry. */
  readonly next: readonly Value[];
  readonly emitted: readonly Value[];
}

/** Run a body along time on the given values; `op` is the record of scan. */
export function applyScan(
  op: Op<ScanAttrs>,
  body: Body,
  inputs: Parts<Value>,
  time: { readonly length: number; readonly reverse: boolean },
): {
  readonly last: readonly Value[];
  readonly emitted: readonly Value[];
} {
  const { carries, sequences } = body.inputs;
  const outputs = applyOp(op, listOf(inputs), {
    body: { inputs: listOf(body.inputs), outputs: [...body.next, ...body.emitted] },
    carries: carries.length,
    sequences: sequences.length,
    length: time.length,
    reverse: time.reverse,
  });
  return { last: outputs.slice(0, carries.length), emitted: outputs.slice(carries.length) };
}
