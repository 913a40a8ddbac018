import { fromArray, type Tensor } from "@unroll/core";
import { sizeOf, tensorOf } from "../arbitraries.ts";
import { mapTensors } from "./case.ts";

/** For every element its position along an axis. */
export function rowIndices(shape: readonly number[], axis: number): readonly number[] {
  const inner = sizeOf(shape.slice(axis + 1));
  return Array.from({ length: sizeOf(shape) }, (_, i) => Math.floor(i / inner) % shape[axis]!);
}

/** The entries `from` to `to` along an axis, copied. */
export function cut(x: Tensor, axis: number, from: number, to: number): Tensor {
  const rows = rowIndices(x.shape, axis);
  const kept = x.data.filter((_: number, i: number) => rows[i]! >= from && rows[i]! < to);
  return fromArray({ dtype: x.type.dtype, shape: x.shape.with(axis, to - from) }, kept);
}

/** `cut`, of every tensor of a tree. */
export const cutAll = (tree: unknown, axis: number, from: number, to: number): unknown =>
  mapTensors(tree, (x) => cut(x, axis, from, to));

/** Sum of tensors of one type. */
export const sumOf = (tensors: readonly Tensor[]): Tensor =>
  tensors.reduce((total, { data }) =>
    fromArray(
      total.type,
      total.data.map((x: number, i: number) => x + data[i]!),
    ),
  );

/** Tensors one after the other along an axis. */
export function joined(tensors: readonly Tensor[], axis: number): Tensor {
  const [{ type, shape }] = tensors as readonly [Tensor];
  const length = tensors.reduce((total, one) => total + one.shape[axis]!, 0);
  const outer = sizeOf(shape.slice(0, axis));
  const numbers = Array.from({ length: outer }, (_, i) =>
    tensors.flatMap(({ data }) => {
      const width = data.length / outer;
      return Array.from(data.subarray(i * width, (i + 1) * width));
    }),
  );
  return tensorOf({ dtype: type.dtype, shape: shape.with(axis, length) }, numbers.flat());
}
