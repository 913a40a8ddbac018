import { IndexError, NonFiniteError } from "../../tensor/error.ts";
import { isFloat, type Shape } from "../../tensor/type.ts";
import type { MapKernel } from "../../ir/kernel.ts";
import type { Call, Origin } from "../../ir/program.ts";
import { viewShape, type View } from "../../ir/view.ts";
import { addressOf, readView, type Memory, type Turn } from "./memory.ts";
import { eachPoint, pointAt } from "./points.ts";

/** `, at step 3 of scan in step 0 of scan`, from the inside out; nothing outside of loops. */
const whenOf = (turns: readonly Turn[]): string =>
  turns
    .map(({ loop, turn }) => `step ${loop.reverse ? loop.length - 1 - turn : turn} of ${loop.origin.op}`)
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
      throw nonFinite(origin, turns, viewShape(operands[born]!), position, element(born), reads.map(element));
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
    throw nonFinite(origin, turns, viewShape(view), position, numbers[position]!);
  }
}

const isFinite = (view: View, memory: Memory, turns: readonly Turn[]): boolean =>
  readView(view, memory, turns).every(Number.isFinite);

function nonFinite(
  origin: Origin,
  turns: readonly Turn[],
  shape: Shape,
  position: number,
  value: number,
  reads?: readonly number[],
): NonFiniteError {
  const where =
    shape.length > 0 ? `the result at [${coordinatesOf(position, shape).join(", ")}]` : "the result";
  const operands =
    reads && reads.length > 0
      ? `of ${reads.map((x) => Number(x.toPrecision(6))).join(" and ")}`
      : "of finite operands";
  return new NonFiniteError(
    `${origin.text}: ${where} is ${value}, ${operands}${whenOf(turns)}.`,
    origin.node,
  );
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
