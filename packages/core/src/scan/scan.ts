import { DTypeError, ShapeError, TreeError } from "../tensor/error.ts";
import { flatten, named, sameTree, type Leaf } from "../tensor/tree.ts";
import { formatType, sameType, type Shape } from "../tensor/type.ts";
import { input } from "../graph/graph.ts";
import { applyOp, isValue, mark, type Op, type Scope, type Value } from "../graph/node.ts";
import { notAValue } from "../graph/not-a-value.ts";
import { callSite } from "../graph/source.ts";
import { valuesOf, withValues, type NoExtraKeys } from "../graph/spec.ts";
import { concatOp } from "../ops/concat.ts";
import { reshape, reshapeOp } from "../ops/reshape.ts";
import { slice } from "../ops/slice.ts";
import { scanVjp } from "./adjoint.ts";
import { applyScan, type Body, type ScanAttrs } from "./layout.ts";

/** The record of scan. With its adjoint it is all there is to time. */
export const scanOp: Op<ScanAttrs> = {
  name: "scan",
  infer: (_, { body, carries, length }) =>
    body.outputs.map(({ type }, i) =>
      i < carries ? type : { dtype: type.dtype, shape: [length, ...type.shape] },
    ),
  vjp: scanVjp,
  lower: { kernels: (node, to) => to.loop(node.attrs) },
  emits: ({ carries }, output) => output >= carries,
  bodies: ({ body }) => [body],
  show: ({ length, reverse }) => `length=${length}${reverse ? " reverse" : ""}`,
};

/** How far, and which way, a scan runs. */
export interface ScanOptions {
  /** From the last step to the first. What step t emits still stands at position t. */
  readonly reverse?: boolean;
  /** Number of steps; needed when there is no sequence to tell. 0 is legal and returns the initial state. */
  readonly length?: number;
  /**
   * What a derivative keeps: the state of every so many steps, and of the steps between nothing, for they are
   * run once more when it is their turn. Memory for T / k + k steps instead of T, smallest for k = sqrt(T).
   * "all": of each step its state and nothing else. The step is called twice when k does not divide T; what
   * is watched comes in pieces.
   */
  readonly remat?: "all" | number | undefined;
}

/**
 * Run `step` along the leading axis of `xs`, threading `state`.
 *
 *     scan : ((s, x) -> [s, y]) -> s -> [x] -> [s, [y]]
 *
 * means
 *
 *     const ys = [];
 *     for (const x of xs) { let y; [state, y] = step(state, x); ys.push(y); }
 *     return [state, stack(ys)];
 *
 * `step` is called once, symbolically. State must keep its tree and its types. Values from outside may be
 * used freely; they are captured. `y` may be any tree, `undefined` included.
 *
 * Shapes: every leaf of xs is [T, ...]; every leaf of ys is [T, ...].
 * Gradient: the pullback of `step`, scanned the other way; cotangents of captured values are summed over time.
 * Throws: TreeError when the step changes the tree of the state; ShapeError when it changes a type or sequences
 * differ in length; ScopeError when a value of the step is used outside of it.
 */
export function scan<const S, X, Y, const R extends S>(
  step: (state: S, x: X) => readonly [R & NoExtraKeys<R, S>, Y],
  init: S,
  xs: X,
  options: ScanOptions = {},
): [S, Y] {
  const starts = valuesAt("the initial state", init, "state");
  const sequences = valuesAt("the sequence", xs, "xs");
  const length = lengthOf(sequences, options.length);
  const every = stepsKept(options.remat, length);
  if (every < length) return inChunks(step as never, init, xs, { ...options, length }, every) as [S, Y];
  const start = mark();
  const scope: Scope = { of: "scan", source: callSite(), opened: start, closed: false };
  const carries = starts.map(({ leaf, path }) => input(leaf.type, leaf.label ?? named(path, "state"), scope));
  const rows = sequences.map(({ leaf, path }) =>
    input({ dtype: leaf.type.dtype, shape: leaf.shape.slice(1) }, leaf.label ?? named(path, "x"), scope),
  );
  const [next, y] = callStep(step, withValues(init, carries), withValues(xs, rows));
  checkState(init, starts, next);
  const nexts = valuesAt("the new state", next, "state").map(({ leaf }) => leaf);
  const ys = valuesAt("the output", y, "y").map(({ leaf }) => leaf);
  const body = { carries, rows, nexts, ys, start };
  const outputs = close(
    body,
    starts.map(({ leaf }) => leaf),
    sequences.map(({ leaf }) => leaf),
    { length, reverse: options.reverse ?? false },
  );
  scope.closed = true;
  return [withValues(init, outputs.last), withValues(y, outputs.emitted)] as [S, Y];
}

/** Of how many steps one state is kept: of all steps together, when nothing is said. */
function stepsKept(remat: ScanOptions["remat"], length: number): number {
  const every = remat === "all" ? 1 : (remat ?? length);
  if (Number.isInteger(every) && every >= (remat === undefined ? 0 : 1)) return every;
  throw new ShapeError(`scan: remat is ${every}, which is no number of steps.`);
}

type AnyStep = (state: unknown, x: unknown) => readonly [unknown, unknown];
type AnyScan = (step: AnyStep, init: unknown, xs: unknown, options: ScanOptions) => [unknown, unknown];

/** What puts the pieces of an emitted sequence together: it is no more the state than they are. */
const flat: Op<{ readonly shape: Shape }> = { ...reshapeOp, emits: () => true };
const joined: Op<{ readonly axis: number }> = { ...concatOp, emits: () => true };

/**
 * A scan over chunks of k steps, each of them a scan: the derivative of the outer one saves what the inner
 * ones start from.
 */
function inChunks(
  step: AnyStep,
  init: unknown,
  xs: unknown,
  { length, reverse = false }: { readonly length: number; readonly reverse?: boolean },
  k: number,
): readonly [unknown, unknown] {
  const run = scan as unknown as AnyScan;
  const each = (tree: unknown, f: (x: Value) => Value): unknown => withValues(tree, valuesOf(tree).map(f));
  const chunks = Math.floor(length / k);
  const rest = length - chunks * k;
  // What is left over comes last in the direction of time.
  const [from, to, restFrom] = reverse ? [rest, length, 0] : [0, chunks * k, chunks * k];
  const chunked = each(xs, (x) => reshape(slice(x, from, to), [chunks, k, ...x.shape.slice(1)]));
  const steps: AnyStep = (state, rows) => run(step, state, rows, { length: k, reverse });
  const [state, pieces] = run(steps, init, chunked, { length: chunks, reverse });
  const ys = each(pieces, (y) => applyOp(flat, [y], { shape: [chunks * k, ...y.shape.slice(2)] })[0]!);
  if (rest === 0) return [state, ys];
  const remaining = each(xs, (x) => slice(x, restFrom, restFrom + rest));
  const [last, more] = run(step, state, remaining, { length: rest, reverse });
  const others = valuesOf(more)[Symbol.iterator]();
  const join = (y: Value): Value => {
    const z = others.next().value!;
    return applyOp(joined, reverse ? [z, y] : [y, z], { axis: 0 })[0]!;
  };
  return [last, each(ys, join)];
}

/** The leaves of an argument of scan, all values. */
function valuesAt(what: string, tree: unknown, root: string): Leaf<Value>[] {
  return flatten(tree).map(({ path, leaf }) => {
    if (!isValue(leaf)) throw notAValue("scan", leaf, `${named(path, root)} of ${what}`);
    return { path, leaf };
  });
}

function lengthOf(sequences: readonly Leaf<Value>[], given: number | undefined): number {
  if (given !== undefined && (!Number.isInteger(given) || given < 0))
    throw new ShapeError(`scan: the length ${given} is no whole number of steps.`);
  const inputs = sequences.map(({ path, leaf }) => ({ name: named(path && `xs.${path}`, "xs"), leaf }));
  const scalar = inputs.find(({ leaf }) => leaf.shape.length === 0);
  if (scalar)
    throw new ShapeError(
      `scan: ${scalar.name} is ${formatType(scalar.leaf.type)} and has no axis to run along.`,
      "Capture it instead: use it in the step without passing it.",
    );
  const [first] = inputs;
  const length = given ?? first?.leaf.shape[0];
  if (length === undefined)
    throw new ShapeError("scan: there is no sequence to tell the number of steps.", "Pass { length }.");
  const other = inputs.find(({ leaf }) => leaf.shape[0] !== length);
  if (!other) return length;
  const against = given === undefined ? `${first!.name} has ${length} steps` : `the length is ${length}`;
  throw new ShapeError(
    `scan: sequences differ in length: ${against}, ${other.name} has ${other.leaf.shape[0]}.`,
  );
}

function callStep<S, X, Y>(
  step: (state: S, x: X) => readonly [unknown, Y],
  state: S,
  x: X,
): readonly [unknown, Y] {
  const result = step(state, x);
  if (!Array.isArray(result) || result.length !== 2) {
    throw new TreeError(
      `scan: the step returned ${Array.isArray(result) ? `an array of ${result.length}` : "no array"}.`,
      "A step returns [state, output].",
    );
  }
  return result;
}

function checkState(init: unknown, starts: readonly Leaf<Value>[], next: unknown): void {
  sameTree(
    "scan",
    { name: "the step returned state", tree: next },
    { name: "the initial state is", tree: init },
    "A step returns every key of the state, under the name it came in with.",
  );
  flatten(next).forEach(({ path, leaf }, i) => {
    const name = named(path && `state.${path}`, "state");
    if (!isValue(leaf)) throw new DTypeError(`scan: ${name} is no Value after the step.`);
    const before = starts[i]!.leaf.type;
    if (!sameType(before, leaf.type)) {
      throw new ShapeError(
        `scan: ${name} is ${formatType(before)} before the step and ${formatType(leaf.type)} after.`,
      );
    }
  });
}

/** What calling the step gave. */
interface Traced {
  readonly carries: readonly Value[];
  readonly rows: readonly Value[];
  readonly nexts: readonly Value[];
  readonly ys: readonly Value[];
  /** Nodes that the step made have ids of at least this. */
  readonly start: number;
}

/**
 * Close the step into a body and apply it. A state that the step returns as it was is captured rather than
 * carried.
 */
function close(
  traced: Traced,
  starts: readonly Value[],
  sequences: readonly Value[],
  time: { length: number; reverse: boolean },
): {
  readonly last: readonly Value[];
  readonly emitted: readonly Value[];
} {
  const { carries, rows, nexts, ys } = traced;
  const constant = carries.map((x, i) => nexts[i] === x);
  const changing = <T>(list: readonly T[]): T[] => list.filter((_, i) => !constant[i]);
  const fixed = <T>(list: readonly T[]): T[] => list.filter((_, i) => constant[i]);
  const outside = capturedBy(traced);
  const body: Body = {
    inputs: { carries: changing(carries), sequences: rows, captured: [...fixed(carries), ...outside] },
    next: changing(nexts),
    emitted: ys,
  };
  const { last, emitted } = applyScan(
    scanOp,
    body,
    { carries: changing(starts), sequences, captured: [...fixed(starts), ...outside] },
    time,
  );
  const finals = last[Symbol.iterator]();
  return { last: starts.map((s, i) => (constant[i] ? s : finals.next().value!)), emitted };
}

/** Values from outside that the nodes of a step use, in order of creation. */
function capturedBy({ carries, rows, nexts, ys, start }: Traced): Value[] {
  const own = new Set([...carries, ...rows]);
  const captured = new Set<Value>();
  const seen = new Set<Value>();
  const stack = [...nexts, ...ys];
  for (let x = stack.pop(); x; x = stack.pop()) {
    if (own.has(x) || seen.has(x)) continue;
    seen.add(x);
    if (x.node.id < start) captured.add(x);
    else stack.push(...x.node.inputs);
  }
  return [...captured].sort((a, b) => a.node.id - b.node.id || a.index - b.index);
}
