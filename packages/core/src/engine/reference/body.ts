import { allocate, type DType, type TypedArray } from "../../tensor/type.ts";
import { dtypesOf, type Body, type Instruction } from "../../ir/instruction.ts";
import { binaryFunction, castFunction, unaryFunction } from "./functions.ts";
import { longestRun, type Run } from "./points.ts";

/** What a body has around it. */
export interface Surroundings {
  /** Of every operand. */
  readonly memory: readonly TypedArray[];
  /** Called for every index outside of its axis. */
  outside(index: number, size: number): void;
}

/** The value of every instruction at every point of a run. */
export type Registers = readonly TypedArray[];

/** A number that a reduction has come to, in an array of its dtype. */
export interface Accumulated {
  readonly dtype: DType;
  readonly value: TypedArray;
}

/**
 * A body made ready to be computed at many points at once, one instruction after another. Each value has an array of
 * its own dtype, so storing a number is what rounds it.
 */
export function prepareBody(
  body: Body,
  operands: readonly DType[],
  accumulators: readonly Accumulated[] = [],
): (run: Run, around: Surroundings) => Registers {
  const dtypes = dtypesOf(
    body,
    operands,
    accumulators.map(({ dtype }) => dtype),
  );
  const registers = dtypes.map((dtype) => allocate(dtype, longestRun));
  const frame = { registers, dtypes, accumulators };
  const steps = body.map((instruction, at) => prepare(instruction, registers[at]!, frame));
  return (run, around) => {
    for (const step of steps) step(run, around);
    return registers;
  };
}

/** What an instruction may take its operands from. */
interface Frame {
  readonly registers: Registers;
  readonly dtypes: readonly DType[];
  readonly accumulators: readonly Accumulated[];
}

type Step = (run: Run, around: Surroundings) => void;

/** How one instruction fills its register. */
function prepare(i: Instruction, to: TypedArray, { registers, dtypes, accumulators }: Frame): Step {
  switch (i.op) {
    case "read":
      return (run, { memory }) => read(to, memory[i.operand]!, run, i.operand);
    case "readAt":
      return (run, around) => readAt(to, i, registers[i.index]!, run, around);
    case "index":
      return (run) => index(to, i.dimension, run);
    case "constant":
      return ({ count }) => to.fill(i.value, 0, count);
    case "accumulator":
      return () => to.set(accumulators[i.which]!.value);
    case "cast":
      return apply1(to, castFunction(dtypes[i.x]!, i.to), registers[i.x]!);
    case "scale":
      return apply2(to, binaryFunction("scale", dtypes[i.x]!), registers[i.x]!, registers[i.n]!);
    case "fma":
      return multiplyAdd(to, registers[i.x]!, registers[i.y]!, registers[i.z]!);
    case "select":
      return select(to, registers[i.when]!, registers[i.x]!, registers[i.y]!);
    default:
      if ("y" in i) return apply2(to, binaryFunction(i.op, dtypes[i.x]!), registers[i.x]!, registers[i.y]!);
      return apply1(to, unaryFunction(i.op, dtypes[i.x]!), registers[i.x]!);
  }
}

function read(to: TypedArray, from: TypedArray, { at, start, count, strides }: Run, operand: number): void {
  const stride = strides[operand]!;
  const first = at.addresses[operand]! + start * stride;
  for (let i = 0; i < count; i++) to[i] = from[first + i * stride]!;
}

type ReadAt = Extract<Instruction, { op: "readAt" }>;

function readAt(
  to: TypedArray,
  { operand, size, stride }: ReadAt,
  indices: TypedArray,
  run: Run,
  around: Surroundings,
): void {
  const { at, start, count, strides } = run;
  const from = around.memory[operand]!;
  for (let i = 0; i < count; i++) {
    const index = indices[i]!;
    const inside = index >= 0 && index < size;
    if (!inside) around.outside(index, size);
    to[i] = inside ? from[at.addresses[operand]! + (start + i) * strides[operand]! + index * stride]! : 0;
  }
}

/** The coordinate along a dimension: it counts along the run's own, and stands still along the others. */
function index(to: TypedArray, dimension: number, { at, start, count }: Run): void {
  const runs = dimension === at.coordinates.length;
  for (let i = 0; i < count; i++) to[i] = runs ? start + i : at.coordinates[dimension]!;
}

const apply1 =
  (to: TypedArray, f: (x: number) => number, x: TypedArray): Step =>
  ({ count }) => {
    for (let i = 0; i < count; i++) to[i] = f(x[i]!);
  };

const apply2 =
  (to: TypedArray, f: (x: number, y: number) => number, x: TypedArray, y: TypedArray): Step =>
  ({ count }) => {
    for (let i = 0; i < count; i++) to[i] = f(x[i]!, y[i]!);
  };

/** The product is rounded before the sum: this engine never fuses the two. */
const multiplyAdd =
  (to: TypedArray, x: TypedArray, y: TypedArray, z: TypedArray): Step =>
  ({ count }) => {
    for (let i = 0; i < count; i++) {
      to[i] = x[i]! * y[i]!;
      to[i] = to[i]! + z[i]!;
    }
  };

const select =
  (to: TypedArray, when: TypedArray, x: TypedArray, y: TypedArray): Step =>
  ({ count }) => {
    for (let i = 0; i < count; i++) to[i] = when[i] !== 0 ? x[i]! : y[i]!;
  };
