import { allocate, isFloat, sizeOf, type TypedArray } from "../../tensor/type.ts";
import type { Dimension } from "../../ir/kernel.ts";
import type { Allocation, Loop } from "../../ir/program.ts";
import { mergeFactors, viewShape, type View } from "../../ir/view.ts";
import { eachPoint, pointAt } from "./points.ts";

/** A loop that is being run, and how often it has been already. */
export interface Turn {
  readonly loop: Loop;
  turn: number;
}

/** The array of every buffer, by its id. */
export type Memory = TypedArray[];

/** Numbers that stand out when something is read that was never written. */
export const freshMemory = ({ dtype, size, data }: Allocation): TypedArray =>
  data ?? allocate(dtype, size).fill(isFloat(dtype) ? NaN : -(2 ** 31));

/** Where the first element of a view lies in this turn of the loops around it. */
export function addressOf({ offset, steps }: View, turns: readonly Turn[]): number {
  return steps.reduce((address, { loop, stride, period }) => {
    const turn = turns.find((t) => t.loop.loop === loop)!.turn;
    return address + stride * (period === undefined ? turn : turn % period);
  }, offset);
}

/** The iteration space of a view alone. */
export const factorsOf = ({ axes }: View): Dimension[] =>
  mergeFactors(axes.flat()).map(([size, stride]) => ({ size, strides: [stride] }));

/** A compact copy of what a view shows. */
export function readView(view: View, memory: Memory, turns: readonly Turn[]): TypedArray {
  const from = memory[view.buffer.id]!;
  const first = addressOf(view, turns);
  const to = allocate(view.buffer.dtype, sizeOf(viewShape(view)));
  const factors = factorsOf(view);
  if (factors.length <= 1 && (factors[0]?.strides[0] ?? 1) === 1) {
    to.set(from.subarray(first, first + to.length));
    return to;
  }
  let next = 0;
  const at = pointAt([first]);
  eachPoint(factors, at, () => (to[next++] = from[at.addresses[0]!]!));
  return to;
}

/** The elements of a view replaced by those of a compact array. */
export function writeView(view: View, memory: Memory, turns: readonly Turn[], from: TypedArray): void {
  const to = memory[view.buffer.id]!;
  let next = 0;
  const at = pointAt([addressOf(view, turns)]);
  eachPoint(factorsOf(view), at, () => (to[at.addresses[0]!] = from[next++]!));
}
