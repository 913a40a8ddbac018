import { fromArray, hostRandom, Tensor } from "@unroll/core";
import { nested, numbers, type Nested } from "./numbers.ts";
import { mapTensors } from "./trees.ts";

/** A step on numbers, of one row: trees of numbers in the place of values. */
export type PlainStep = (params: never, state: never, x: never) => readonly [unknown, unknown];

/** A tree of tensors with what `f` makes of each. */
export function plainTree(tree: unknown, f: (x: Tensor) => unknown = nested): unknown {
  if (tree instanceof Tensor) return f(tree);
  if (Array.isArray(tree)) return tree.map((child) => plainTree(child, f));
  if (typeof tree !== "object" || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, plainTree(child, f)]));
}

/** The numbers of a plain tree, by sorted keys. */
export function numbersOf(tree: unknown): number[] {
  if (typeof tree === "number") return [tree];
  if (Array.isArray(tree)) return tree.flatMap(numbersOf);
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, child]) => numbersOf(child));
}

const at = (x: Nested, ...indices: readonly number[]): Nested =>
  indices.reduce<Nested>((inside, i) => (inside as readonly Nested[])[i]!, x);

/** Row b of every leaf of a state, or of a sequence at step t. */
export const rowOf = (tree: unknown, ...place: readonly number[]): unknown =>
  plainTree(tree, (x) => at(nested(x), ...place));

/** The states after and the outputs of all steps, of row b. */
export function runPlain(
  step: PlainStep,
  params: unknown,
  state: unknown,
  xs: unknown,
  steps: number,
  b: number,
): { readonly last: unknown; readonly ys: readonly unknown[] } {
  const p = plainTree(params);
  let last = rowOf(state, b);
  const ys = Array.from({ length: steps }, (_, t) => {
    const [next, y] = step(p as never, last as never, rowOf(xs, t, b) as never);
    last = next;
    return y;
  });
  return { last, ys };
}

/** Numbers off by up to 1/2, so that what starts at zero is not left unseen. */
export const nearby = <T>(tree: T, seed: number): T =>
  mapTensors(tree, (x, path) => {
    const random = hostRandom(seed, path);
    return fromArray(
      x.type,
      Float64Array.from(x.data, (n) => n + random.uniform() - 0.5),
    );
  });

/** A state of any numbers: floats are normal, clocks count from 0 to 5. */
export const anyState = <T>(start: T, seed: number): T =>
  mapTensors(start, (x, path) => {
    if (x.type.dtype === "f64") return numbers(x.shape, `${seed} ${path}`);
    const random = hostRandom(seed, path);
    return fromArray(
      x.type,
      Int32Array.from(x.data, () => Math.floor(6 * random.uniform())),
    );
  });
