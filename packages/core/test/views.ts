import { allocate, sizeOf, type DType, type Shape, type TypedArray } from "../src/tensor/type.ts";
import { prepareKernel } from "../src/engine/reference/kernel.ts";
import type { Emitted } from "../src/ir/emit.ts";
import {
  broadcastView,
  compactView,
  flipView,
  permute,
  sliceView,
  viewShape,
  type Buffer,
  type View,
} from "../src/ir/view.ts";

let ids = 0;

export const bufferOf = (dtype: DType, size: number, name = "x"): Buffer => ({
  id: ids++,
  name,
  dtype,
  size,
  role: "temporary",
});

/** A compact view of a buffer of its own. */
export const viewOf = (dtype: DType, shape: Shape, name = "x"): View =>
  compactView(bufferOf(dtype, sizeOf(shape), name), shape);

/** All coordinates of a shape, in row-major order. */
export const coordinatesOf = (shape: Shape): number[][] =>
  shape.reduce<number[][]>(
    (all, size) => all.flatMap((at) => Array.from({ length: size }, (_, i) => [...at, i])),
    [[]],
  );

/**
 * Where an element lies, by the definition of a view: the coordinate along an axis is a number whose digits are
 * factors.
 */
export function addressAt({ offset, axes }: View, coordinates: readonly number[]): number {
  let address = offset;
  axes.forEach((factors, axis) => {
    let rest = coordinates[axis]!;
    for (const [size, stride] of factors.toReversed()) {
      address += (rest % size) * stride;
      rest = Math.floor(rest / size);
    }
  });
  return address;
}

/** What a view shows of an array, row-major. */
export const shown = (view: View, data: ArrayLike<number>): number[] =>
  coordinatesOf(viewShape(view)).map((at) => data[addressAt(view, at)]!);

/** Ways in which an operand of a shape can lie in memory. */
export const layouts: Readonly<Record<string, (dtype: DType, shape: Shape) => View>> = {
  compact: (dtype, shape) => viewOf(dtype, shape),
  transposed: (dtype, shape) =>
    permute(viewOf(dtype, shape.toReversed()), shape.map((_, axis) => axis).toReversed()),
  flipped: (dtype, shape) => shape.reduce((view, _, axis) => flipView(view, axis), viewOf(dtype, shape)),
  sliced: (dtype, shape) =>
    shape.reduce(
      (view, size, axis) => sliceView(view, axis, 1, size, 2)!,
      viewOf(
        dtype,
        shape.map((size) => 2 * size + 1),
      ),
    ),
};

/** Layouts that only what is read may have. */
export const readLayouts: typeof layouts = {
  ...layouts,
  broadcast: (dtype, shape) =>
    broadcastView(
      viewOf(
        dtype,
        shape.map((size, i) => (i === 0 ? Math.min(size, 1) : size)),
      ),
      shape,
    ),
};

/** An array for the buffer of a view, with a different small number everywhere. */
export const filled = ({ buffer: { dtype, size } }: View): TypedArray =>
  allocate(dtype, size).map((_, i) => (dtype === "bool" ? i % 2 : ((i * 7) % 11) - 5));

/** Run what was emitted, if anything was, on arrays for its operands. */
export function run(
  emitted: Emitted | undefined,
  arrays: ReadonlyMap<Buffer, TypedArray>,
  outside: (index: number, size: number) => void = () => undefined,
): void {
  if (!emitted) return;
  const { kernel, operands } = emitted;
  const memory = operands.map(({ buffer }) => arrays.get(buffer)!);
  prepareKernel(kernel)(
    operands.map(({ offset }) => offset),
    { memory, outside },
  );
}

/** Fill the operands, run, and give what each of them showed before, and the last one after. */
export function results(
  views: readonly View[],
  emitted: Emitted | undefined,
): { before: number[][]; after: number[] } {
  const arrays = new Map<Buffer, TypedArray>(views.map((view) => [view.buffer, filled(view)]));
  const before = views.map((view) => shown(view, arrays.get(view.buffer)!));
  run(emitted, arrays);
  const out = views.at(-1)!;
  return { before, after: shown(out, arrays.get(out.buffer)!) };
}

/** Sizes at which loops go wrong. */
export const sizes: readonly number[] = [0, 1, 3];
export const shapes: readonly (readonly [number, number])[] = sizes.flatMap((m) =>
  sizes.map((n) => [m, n] as const),
);
export const layoutNames: readonly string[] = Object.keys(layouts);
export const readLayoutNames: readonly string[] = Object.keys(readLayouts);
