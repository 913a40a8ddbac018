import { InternalError } from "../tensor/error.ts";
import type { DType } from "../tensor/type.ts";
import type { Combine, Dimension, Kernel } from "./kernel.ts";
import type { ContractRequest, MapRequest, ReduceRequest, ScatterAddRequest, Table } from "./request.ts";
import { Scalar, type Expr } from "./scalar.ts";
import {
  collapse,
  dimensionsOf,
  indexedAxes,
  resolveIndices,
  type AxisDimension,
  type Results,
} from "./space.ts";
import { axisSize, simpleAxis, viewShape, type Axis, type View } from "./view.ts";

/** A kernel and what it is called with: reads, then tables, then writes. */
export interface Emitted {
  readonly kernel: Kernel;
  readonly operands: readonly View[];
}

/** An axis on which an operand stays where it is. */
const still = (size: number): Axis => (size === 1 ? [] : [[size, 0]]);

const isEmpty = (dimensions: readonly Dimension[]): boolean => dimensions.some(({ size }) => size === 0);

const plain = (dimensions: readonly AxisDimension[]): Dimension[] =>
  dimensions.map(({ size, strides }) => ({ size, strides }));

const dtypesOf = (operands: readonly View[]): DType[] => operands.map(({ buffer }) => buffer.dtype);

/** The map that a request asks for; undefined when it has no point. */
export function emitMap({ reads = [], tables = [], writes, body }: MapRequest): Emitted | undefined {
  const shape = viewShape(writes[0]!);
  // The indexed axis of a table takes no part in the iteration: the instruction that reads it knows its stride.
  const movement = tables.map(({ view, axis }) => view.axes.with(axis, still(shape[axis]!)));
  const axes = [...reads.map((view) => view.axes), ...movement, ...writes.map((view) => view.axes)];
  const s = new Scalar();
  const values = body(
    s,
    reads.map((view, i) => s.read(i, view.buffer.dtype)),
    tables.map((table, i) => reader(s, table, reads.length + i)),
  );
  values.forEach((value, i) => expectDType(value, writes[i]!));
  const dimensions = collapse(dimensionsOf(axes, [...shape.keys()]), indexedAxes(s.body));
  if (isEmpty(dimensions)) return undefined;
  const resolved = resolveIndices(resultsOf(s, values), dimensions);
  const operands = [...reads, ...tables.map(({ view }) => view), ...writes];
  return {
    kernel: {
      form: "map",
      dtypes: dtypesOf(operands),
      dimensions: plain(dimensions),
      body: resolved.body,
      writes: resolved.results,
    },
    operands,
  };
}

const resultsOf = (s: Scalar, values: readonly Expr[]): Results => ({
  body: s.body,
  results: values.map(({ at }) => at),
});

const reader =
  (s: Scalar, { view, axis }: Table, operand: number) =>
  (index: Expr): Expr =>
    s.readAt(operand, view.buffer.dtype, index, simpleAxis(view, axis));

function expectDType(value: Expr, { buffer }: View): void {
  if (value.dtype !== buffer.dtype)
    throw new InternalError(`a body gives ${value.dtype} for ${buffer.name}, which is ${buffer.dtype}`);
}

/** A map that writes one number everywhere. */
export const emitFill = (out: View, value: number): Emitted | undefined =>
  emitMap({ writes: [out], body: (s) => [s.constant(out.buffer.dtype, value)] });

/** A map that copies a view to one of the same shape. */
export const emitCopy = (from: View, to: View): Emitted | undefined =>
  emitMap({ reads: [from], writes: [to], body: (_, reads) => reads });

/** The reduction that a request asks for, a fill when it reduces nothing; undefined when it keeps no point. */
export function emitReduce(request: ReduceRequest): Emitted | undefined {
  const { reads, axes, combine, write } = request;
  const shape = viewShape(reads[0]!);
  if (axes.some((axis) => shape[axis] === 0)) return emitIdentity(request);
  const { s, value, dtype } = accumulatedBy(request);
  const finish = new Scalar();
  const finished = epilogueOf(request, finish, finish.accumulator(0, dtype));
  expectDType(finished, write);

  const operands = [...reads, write];
  // Along the axes that are reduced, the write stays where it is.
  const written = write.axes.map((axis, i) => (axes.includes(i) ? still(shape[i]!) : axis));
  const indexed = new Set([...indexedAxes(s.body), ...indexedAxes(finish.body)]);
  const along = (reduced: boolean): AxisDimension[] => {
    const chosen = [...shape.keys()].filter((axis) => axes.includes(axis) === reduced);
    return collapse(dimensionsOf([...reads.map((view) => view.axes), written], chosen), indexed);
  };
  const [kept, reduced] = [along(false), along(true)];
  if (isEmpty(kept)) return undefined;
  const body = resolveIndices(resultsOf(s, [value]), [...kept, ...reduced]);
  const epilogue = resolveIndices(resultsOf(finish, [finished]), kept);
  const kernel: Kernel = {
    form: "reduce",
    dtypes: dtypesOf(operands),
    kept: plain(kept),
    reduced: plain(reduced),
    body: body.body,
    accumulators: [{ combine, of: body.results[0]! }],
    epilogue: epilogue.body,
    writes: epilogue.results,
  };
  return { kernel, operands };
}

/** What a reduction joins at every point, and the dtype of what it joins them to. */
function accumulatedBy({ reads, combine, body }: ReduceRequest): { s: Scalar; value: Expr; dtype: DType } {
  const s = new Scalar();
  const xs = reads.map((view, i) => s.read(i, view.buffer.dtype));
  const value = body?.(s, ...xs) ?? xs[0]!;
  return { s, value, dtype: combine === "argmin" || combine === "argmax" ? "i32" : value.dtype };
}

const epilogueOf = ({ epilogue }: ReduceRequest, s: Scalar, accumulated: Expr): Expr =>
  epilogue?.(s, accumulated) ?? accumulated;

/** A reduction over nothing: its epilogue, of the identity. */
function emitIdentity(request: ReduceRequest): Emitted | undefined {
  const { dtype } = accumulatedBy(request);
  const identity = identityOf(request.combine, dtype);
  return emitMap({
    writes: [request.write],
    body: (s) => [epilogueOf(request, s, s.constant(dtype, identity))],
  });
}

/** What a reduction over nothing gives, and where every other one starts. */
export function identityOf(combine: Combine, dtype: DType): number {
  switch (combine) {
    case "sum":
    case "or":
      return 0;
    case "product":
      return 1;
    case "and":
      return dtype === "bool" ? 1 : -1;
    case "max":
      return dtype === "i32" ? -(2 ** 31) : dtype === "bool" ? 0 : -Infinity;
    case "min":
      return dtype === "i32" ? 2 ** 31 - 1 : dtype === "bool" ? 1 : Infinity;
    case "argmin":
    case "argmax":
      throw new InternalError(`${combine} over nothing has no position`);
  }
}

/** The contraction that a request asks for, its init alone when it sums nothing; undefined when `out` is empty. */
export function emitContract({ a, b, out, init, letters }: ContractRequest): Emitted | undefined {
  for (const text of Object.values(letters)) {
    if (new Set(text).size < text.length)
      throw new InternalError(`contract: a letter stands twice in ${text}`);
  }
  const operands = init ? [a, b, init, out] : [a, b, out];
  const named = init ? [letters.a, letters.b, letters.out, letters.out] : [letters.a, letters.b, letters.out];
  const order = [...new Set(letters.out + letters.a + letters.b)];
  const sizes = order.map((letter) => sizeOfLetter(letter, operands, named));
  // Every operand gets an axis for every letter; where it has none it stays.
  const axes = operands.map((view, i) =>
    order.map((letter, at) => view.axes[named[i]!.indexOf(letter)] ?? still(sizes[at]!)),
  );
  const groups = { batch: [] as number[], m: [] as number[], n: [] as number[], k: [] as number[] };
  order.forEach((letter, at) => groups[groupOf(letter, letters)].push(at));
  const along = (group: readonly number[]): Dimension[] =>
    plain(collapse(dimensionsOf(axes, group), new Set()));
  const kernel: Kernel = {
    form: "contract",
    dtypes: dtypesOf(operands),
    batch: along(groups.batch),
    m: along(groups.m),
    n: along(groups.n),
    k: along(groups.k),
    init: init ? "operand" : "zero",
  };
  if (isEmpty([...kernel.batch, ...kernel.m, ...kernel.n])) return undefined;
  if (isEmpty(kernel.k)) return init ? emitCopy(init, out) : emitFill(out, 0);
  return { kernel, operands };
}

function sizeOfLetter(letter: string, operands: readonly View[], named: readonly string[]): number {
  const at = named.findIndex((letters) => letters.includes(letter));
  return axisSize(operands[at]!.axes[named[at]!.indexOf(letter)]!);
}

function groupOf(letter: string, { a, b, out }: ContractRequest["letters"]): "batch" | "m" | "n" | "k" {
  const [inA, inB] = [a.includes(letter), b.includes(letter)];
  if (out.includes(letter)) {
    if (inA) return inB ? "batch" : "m";
    if (inB) return "n";
  } else if (inA && inB) {
    return "k";
  }
  throw new InternalError(`contract ${a}, ${b} -> ${out}: ${letter} stands in one operand only`);
}

/** The scatter that a request asks for, without the zeros that it adds to; undefined when it adds nothing. */
export function emitScatterAdd({
  source,
  index,
  out,
  axis,
  outAxes,
}: ScatterAddRequest): Emitted | undefined {
  const shape = viewShape(source);
  const rank = index.axes.length;
  const operands = [source, index, out];
  const axes = [
    source.axes,
    shape.map((size, i) => (i < rank ? index.axes[i]! : still(size))),
    shape.map((size, i) => (outAxes[i] === undefined ? still(size) : out.axes[outAxes[i]]!)),
  ];
  const all = [...shape.keys()];
  const along = (part: readonly number[]): Dimension[] =>
    plain(collapse(dimensionsOf(axes, part), new Set()));
  const [rows, columns] = [along(all.slice(0, rank)), along(all.slice(rank))];
  if (isEmpty([...rows, ...columns]) || viewShape(out).includes(0)) return undefined;
  return {
    kernel: { form: "scatterAdd", dtypes: dtypesOf(operands), rows, columns, ...simpleAxis(out, axis) },
    operands,
  };
}
