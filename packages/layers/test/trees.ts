import { expect } from "vitest";
import { flatten, fromArray, unflatten, type Leaf, type ParamSpec, type Tensor } from "@unroll/core";
import { distance } from "./numbers.ts";

const tensorsOf = (tree: unknown): readonly Leaf<Tensor>[] => flatten(tree) as Leaf<Tensor>[];

/** The tree with another tensor at every leaf. */
export const mapTensors = <T>(tree: T, f: (x: Tensor, path: string) => Tensor): T =>
  unflatten(
    tree,
    tensorsOf(tree).map(({ path, leaf }) => f(leaf, path)),
  );

/** Sums, leaf by leaf, of trees of one structure. */
export const sumTensors = <T>(first: T, ...others: readonly T[]): T => {
  const all = others.map((tree) => new Map(tensorsOf(tree).map(({ path, leaf }) => [path, leaf.data])));
  return mapTensors(first, ({ type, data }, path) =>
    fromArray(
      type,
      data.map((x, i) => all.reduce((sum, other) => sum + other.get(path)![i]!, x)),
    ),
  );
};

/** The entries `from` to `to` along an axis, copied. */
export function cut(x: Tensor, axis: number, from: number, to: number): Tensor {
  const inner = x.shape.slice(axis + 1).reduce((size, one) => size * one, 1);
  const kept = x.data.filter((_, i) => {
    const at = Math.floor(i / inner) % x.shape[axis]!;
    return at >= from && at < to;
  });
  return fromArray({ dtype: x.type.dtype, shape: x.shape.with(axis, to - from) }, kept);
}

/** Check that two trees of tensors are the same up to 1e-12 of their largest number. */
export function expectSame(a: unknown, b: unknown): void {
  const [as, bs] = [tensorsOf(a), tensorsOf(b)];
  expect(as.map(({ path, leaf }) => [path, leaf.type])).toEqual(
    bs.map(({ path, leaf }) => [path, leaf.type]),
  );
  as.forEach(({ path, leaf }, i) => {
    const scale = Math.max(1, ...leaf.data.map(Math.abs));
    expect(distance(leaf.data, bs[i]!.leaf.data) / scale, path).toBeLessThan(1e-12);
  });
}

/** Check that all numbers of a tree are 0. */
export const expectZeros = (tree: unknown): void => {
  for (const { path, leaf } of tensorsOf(tree)) expect([...leaf.data].filter(Boolean), path).toEqual([]);
};

/** How many numbers a tree of parameters' specs stands for. */
export const countOf = (spec: unknown): number =>
  flatten(spec).reduce(
    (sum, { leaf }) => sum + (leaf as ParamSpec).shape.reduce((size, axis) => size * axis, 1),
    0,
  );
