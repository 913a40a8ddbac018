import { dimensionsOfKernel, writeCount, type Dimension, type Kernel } from "../../ir/kernel.ts";
import { bounds, extentOfView, extentsOfOperand } from "../../ir/extent.ts";
import type { Call, Host, Loop, Split } from "../../ir/program.ts";
import type { Factor } from "../../ir/view.ts";

/** What a call does to a part of a buffer, and which thread does it to which element. */
export interface Access {
  readonly buffer: number;
  readonly low: number;
  readonly high: number;
  readonly writes: boolean;
  /** Equal keys have equal owners; `all` has none. */
  readonly key: string;
}

/** The dimensions of a kernel whose points are independent: those that move everything that is written. */
export function splittable(kernel: Kernel): readonly number[] {
  const dimensions = dimensionsOfKernel(kernel);
  const writes = writeCount(kernel);
  const moves = ({ strides }: Dimension): boolean =>
    strides.slice(strides.length - writes).every((stride) => stride !== 0);
  // Rows of a scatter may meet in one place; reduced and contracted dimensions move nothing that is written.
  const rows = kernel.form === "scatterAdd" ? kernel.rows.length : 0;
  return dimensions.flatMap((d, i) => (i >= rows && moves(d) ? [i] : []));
}

/**
 * The accesses of a call that is shared out in a certain way.
 *
 * Splitting a dimension of n runs gives an operand with stride s along a run an owner for every element of its buffer,
 *
 *     owner(e) = share of (floor(e / |s|) mod n)
 *
 * if everything else that moves the operand moves it by whole rounds of n runs, or within a run. Where it does not,
 * every thread touches everything.
 */
export function accessesOf(
  call: Call,
  kernel: Kernel,
  split: Split,
  loops: readonly Loop[],
): readonly Access[] {
  const reads = call.operands.length - writeCount(kernel);
  return call.operands.flatMap((view, operand) => {
    const key = split === "first" ? "first" : ownerKey(call, kernel, operand, split, loops);
    return extentsOfOperand(kernel, operand, view).map((extent) => {
      const [low, high] = bounds(extent, loops);
      return { buffer: view.buffer.id, low, high, writes: operand >= reads, key };
    });
  });
}

/** A user's function runs in the first thread. */
export function accessesOfHost({ reads, writes }: Host, loops: readonly Loop[]): readonly Access[] {
  return [...reads, ...writes].map((view, i) => {
    const [low, high] = bounds(extentOfView(view), loops);
    return { buffer: view.buffer.id, low, high, writes: i >= reads.length, key: "first" };
  });
}

function ownerKey(
  call: Call,
  kernel: Kernel,
  operand: number,
  { dimension, grain }: Exclude<Split, "first">,
  loops: readonly Loop[],
): string {
  const dimensions = dimensionsOfKernel(kernel);
  const { size, strides } = dimensions[dimension]!;
  const stride = strides[operand]!;
  if (stride === 0) return "all";
  const run = Math.abs(stride) * grain;
  const runs = Math.ceil(size / grain);
  const view = call.operands[operand]!;
  const others: Factor[] = [
    ...dimensions.flatMap((d, i): Factor[] =>
      i === dimension ? [[grain, stride]] : [[d.size, d.strides[operand]!]],
    ),
    ...indexedAxis(kernel, operand),
    ...view.steps.map((step): Factor => [loops.find(({ loop }) => loop === step.loop)!.length, step.stride]),
  ];
  const within = others.filter(([n, s]) => n > 1 && s % (run * runs) !== 0);
  const low = within.reduce((at, [n, s]) => at + Math.min(0, s * (n - 1)), view.offset);
  const high = within.reduce((at, [n, s]) => at + Math.max(0, s * (n - 1)), view.offset);
  const isClean = Math.floor(low / run) === Math.floor(high / run);
  return isClean ? `${Math.sign(stride) * run},${runs},${modulo(Math.floor(low / run), runs)}` : "all";
}

const modulo = (a: number, n: number): number => ((a % n) + n) % n;

function indexedAxis(kernel: Kernel, operand: number): readonly Factor[] {
  if (kernel.form === "scatterAdd") return operand === 2 ? [[kernel.size, kernel.stride]] : [];
  if (kernel.form === "contract") return [];
  return kernel.body.flatMap((i): Factor[] =>
    i.op === "readAt" && i.operand === operand ? [[i.size, i.stride]] : [],
  );
}

/**
 * Whether two accesses by different threads can meet: one writes what the other, not necessarily the same thread,
 * touches.
 */
export const conflict = (a: Access, b: Access): boolean =>
  a.buffer === b.buffer &&
  (a.writes || b.writes) &&
  a.low <= b.high &&
  b.low <= a.high &&
  (a.key !== b.key || a.key === "all");
