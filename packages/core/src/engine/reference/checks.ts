import { IndexError, NonFiniteError, type NonFinite, type RunningStep } from "../../tensor/error.ts";
import { fromArray } from "../../tensor/tensor.ts";
import { isFloat, type Shape } from "../../tensor/type.ts";
import type { MapKernel } from "../../ir/kernel.ts";
import type { Call, Origin } from "../../ir/program.ts";
import { viewShape, type View } from "../../ir/view.ts";
import { addressOf, readView, type Memory, type Turn } from "./memory.ts";
import { eachPoint, pointAt } from "./points.ts";

/** The steps that are being run, the outermost first. */
const stepsOf = (turns: readonly Turn[]): readonly RunningStep[] =>
  turns.map(({ loop: { origin, length, reverse }, turn }) => ({
    node: origin.node,
    op: origin.op,
    step: reverse ? length - 1 - turn : turn,
  }));

/** `, at step 3 of scan in step 0 of scan`, from the inside out; nothing outside of loops. */
const whenOf = (turns: readonly Turn[]): string =>
  stepsOf(turns)
    .map(({ op, step }) => `step ${step} of ${op}`)
    .toReversed()
    .map((step, i) => (i === 0 ? `, at ${step}` : ` in ${step}`))
    .join("");

export function indexError(origin: Origin, turns: readonly Turn[], index: number, size: number): IndexError {
  const range = size === 0 ? "The axis has no elements" : `Indices run from 0 to ${size - 1}`;
  return new IndexError(
    `${origin.text}: index ${index} is outside of an axis of size ${size}${whenOf(turns)}.`,
    origin.node,
    `${range}; -1 means none, and reads 0.`,
  );
}

/**
 * Throw if a map has made a NaN or an infinity of finite numbers. What was not finite before was born elsewhere, and
 * what is made of no float at all (a mask of -Infinity) is meant.
 */
export function checkMap(kernel: MapKernel, call: Call, memory: Memory, turns: readonly Turn[]): void {
  const { operands, origin } = call;
  const firstWrite = operands.length - kernel.writes.length;
  // What is read at computed indices is looked at as a whole.
  const tables = new Set(kernel.body.flatMap((i) => (i.op === "readAt" ? [i.operand] : [])));
  const floats = operands.flatMap(({ buffer }, i) => (isFloat(buffer.dtype) ? [i] : []));
  const reads = floats.filter((i) => i < firstWrite && !tables.has(i));
  const writes = floats.filter((i) => i >= firstWrite);
  const read = floats.filter((i) => tables.has(i));
  if (reads.length + read.length === 0 || !read.every((i) => isFinite(operands[i]!, memory, turns))) return;
  const at = pointAt(operands.map((view) => addressOf(view, turns)));
  const element = (i: number): number => memory[operands[i]!.buffer.id]![at.addresses[i]!]!;
  let position = 0;
  eachPoint(kernel.dimensions, at, () => {
    const born = writes.find((i) => !Number.isFinite(element(i)));
    if (born !== undefined && reads.every((i) => Number.isFinite(element(i)))) {
      const found = {
        shape: viewShape(operands[born]!),
        position,
        value: element(born),
        of: reads.map(element),
      };
      throw nonFinite(origin, turns, found, readsOf(operands.slice(0, firstWrite), memory, turns));
    }
    position++;
  });
}

/** The same for statements whose results are not made point by point. */
export function checkWrites(
  origin: Origin,
  reads: readonly View[],
  writes: readonly View[],
  memory: Memory,
  turns: readonly Turn[],
): void {
  const floats = reads.filter(({ buffer }) => isFloat(buffer.dtype));
  for (const view of writes.filter(({ buffer }) => isFloat(buffer.dtype))) {
    const numbers = readView(view, memory, turns);
    const position = numbers.findIndex((x) => !Number.isFinite(x));
    if (position < 0) continue;
    if (floats.length === 0 || !floats.every((x) => isFinite(x, memory, turns))) return;
    const found = { shape: viewShape(view), position, value: numbers[position]! };
    throw nonFinite(origin, turns, found, readsOf(reads, memory, turns));
  }
}

const isFinite = (view: View, memory: Memory, turns: readonly Turn[]): boolean =>
  readView(view, memory, turns).every(Number.isFinite);

const readsOf = (views: readonly View[], memory: Memory, turns: readonly Turn[]): NonFinite["operands"] =>
  views.map((view) => ({
    name: view.buffer.name,
    tensor: fromArray({ dtype: view.buffer.dtype, shape: viewShape(view) }, readView(view, memory, turns)),
  }));

/** A number that is not finite: its place in a result, and the numbers it is made of where it is made of so few. */
interface Born {
  readonly shape: Shape;
  readonly position: number;
  readonly value: number;
  readonly of?: readonly number[];
}

function nonFinite(
  origin: Origin,
  turns: readonly Turn[],
  { shape, position, value, of = [] }: Born,
  operands: NonFinite["operands"],
): NonFiniteError {
  const at = coordinatesOf(position, shape);
  const where = shape.length > 0 ? `the result at [${at.join(", ")}]` : "the result";
  const made =
    of.length > 0 ? `of ${of.map((x) => Number(x.toPrecision(6))).join(" and ")}` : "of finite operands";
  return new NonFiniteError(`${origin.text}: ${where} is ${value}, ${made}${whenOf(turns)}.`, origin.node, {
    value,
    at,
    steps: stepsOf(turns),
    operands,
  });
}

/** The coordinates of an element of a row-major array. */
function coordinatesOf(position: number, shape: Shape): number[] {
  const coordinates: number[] = [];
  for (const size of shape.toReversed()) {
    coordinates.unshift(position % size);
    position = Math.floor(position / size);
  }
  return coordinates;
}
