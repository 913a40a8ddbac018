import { fromArray, type Tensor } from "@unroll/core";
import { mapTensors } from "./case.ts";

/** For every element its position along an axis. */
export function rowIndices(shape: readonly number[], axis: number): readonly number[] {
  const size = (sizes: readonly number[]): number => sizes.reduce((n, one) => n * one, 1);
  const inner = size(shape.slice(axis + 1));
  return Array.from({ length: size(shape) }, (_, i) => Math.floor(i / inner) % shape[axis]!);
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
  const [first] = tensors as readonly [Tensor];
  const length = tensors.reduce((total, { shape }) => total + shape[axis]!, 0);
  const outer = first.shape.slice(0, axis).reduce((n, one) => n * one, 1);
  const data = first.data.constructor as unknown as new (size: number) => typeof first.data;
  const all = new data(tensors.reduce((total, one) => total + one.data.length, 0));
  let at = 0;
  for (let i = 0; i < outer; i++) {
    for (const one of tensors) {
      const width = one.data.length / outer;
      all.set(one.data.subarray(i * width, (i + 1) * width), at);
      at += width;
    }
  }
  return fromArray({ dtype: first.type.dtype, shape: first.shape.with(axis, length) }, all);
}
