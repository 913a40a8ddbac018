import { dependents, nodesOf, rewriteValues, type Graph } from "../../graph/graph.ts";
import type { Node, Value } from "../../graph/node.ts";
import { applyScan, partsOf, type ScanAttrs } from "../../scan/layout.ts";

/** An input of a body, and what it stands for outside. */
export interface Given {
  readonly inner: Value;
  readonly outer: Value;
}

/** A carry: what the step reads, what it starts from, and what it is after the step. */
export interface Carry extends Given {
  readonly next: Value;
}

/** A scan by what its values mean instead of by their positions. Passes filter and extend its lists. */
export interface Loop {
  readonly node: Node<ScanAttrs>;
  readonly carries: readonly Carry[];
  readonly sequences: readonly Given[];
  readonly captured: readonly Given[];
  /** Values of the body of which all steps are seen outside. */
  readonly emitted: readonly Value[];
}

/** A node as a loop, with other inputs if wanted; undefined when it is none. */
export function openLoop(node: Node, inputs: readonly Value[] = node.inputs): Loop | undefined {
  if (!node.op.bodies) return undefined;
  const loop = node as Node<ScanAttrs>;
  const { body, carries } = loop.attrs;
  const inner = partsOf(loop.attrs, body.inputs);
  const outer = partsOf(loop.attrs, inputs);
  const pair = (xs: readonly Value[], ys: readonly Value[]): Given[] =>
    xs.map((x, i) => ({ inner: x, outer: ys[i]! }));
  return {
    node: loop,
    carries: pair(inner.carries, outer.carries).map((given, i) => ({ ...given, next: body.outputs[i]! })),
    sequences: pair(inner.sequences, outer.sequences),
    captured: pair(inner.captured, outer.captured),
    emitted: body.outputs.slice(carries),
  };
}

export const bodyOf = ({ carries, sequences, captured, emitted }: Loop): Graph => ({
  inputs: [...carries, ...sequences, ...captured].map(({ inner }) => inner),
  outputs: [...carries.map(({ next }) => next), ...emitted],
});

/** A loop whose body is another one: values as `now` says. */
export const mapLoop = (loop: Loop, now: (x: Value) => Value): Loop => ({
  ...loop,
  carries: loop.carries.map((carry) => ({ ...carry, next: now(carry.next) })),
  emitted: loop.emitted.map(now),
});

/**
 * What a scan gives: the last value of a carry by what the step reads, and the sequence of an emitted value.
 */
export interface Results {
  last(inner: Value): Value;
  rows(emitted: Value): Value;
}

/**
 * Apply a loop. Sequences and captured values that the body does not use are left out, values emitted twice
 * are one.
 */
export function closeLoop(loop: Loop): Results {
  const { node, carries } = loop;
  const needed = new Set(nodesOf(bodyOf(loop)).flatMap(({ inputs }) => inputs));
  for (const y of bodyOf(loop).outputs) needed.add(y);
  const isNeeded = ({ inner }: Given): boolean => needed.has(inner);
  const sequences = loop.sequences.filter(isNeeded);
  const captured = loop.captured.filter(isNeeded);
  const emitted = [...new Set(loop.emitted)];
  const parts = (side: keyof Given) => ({
    carries: carries.map((carry) => carry[side]),
    sequences: sequences.map((given) => given[side]),
    captured: captured.map((given) => given[side]),
  });
  const body = { inputs: parts("inner"), next: carries.map(({ next }) => next), emitted };
  const outputs = applyScan(node.op, body, parts("outer"), node.attrs);
  return {
    last: (inner) => outputs.last[carries.findIndex((carry) => carry.inner === inner)]!,
    rows: (value) => outputs.emitted[emitted.indexOf(value)]!,
  };
}

/**
 * The outputs of the scan that `loop` was opened from, when the loop that took its place has these results.
 */
export const outputsOf = (
  { carries, emitted }: Loop,
  { last, rows }: Results,
  now: (x: Value) => Value = (x) => x,
): readonly Value[] => [
  ...carries.map(({ inner }) => last(inner)),
  ...emitted.map((value) => rows(now(value))),
];

/** Values of a body that differ from step to step. */
export const varyingIn = (loop: Loop): ReadonlySet<Value> =>
  dependents(
    nodesOf(bodyOf(loop)),
    [...loop.carries, ...loop.sequences].map(({ inner }) => inner),
  );

/** Values of a body that do not differ from step to step, made outside of it. */
export function lifted({ captured }: Loop, values: readonly Value[]): (x: Value) => Value {
  const outer = new Map(captured.map((given) => [given.inner, given.outer]));
  return rewriteValues({ inputs: [...outer.keys()], outputs: values }, () => undefined, outer);
}
