import { GradientError, TreeError } from "../tensor/error.ts";
import type { Random } from "../tensor/philox.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { flatten, sameTree, unflatten, type Leaf } from "../tensor/tree.ts";
import type { DType, Shape, TensorType } from "../tensor/type.ts";
import { checkScope, isValue, type Value } from "./node.ts";

/** Makes the initial numbers of a parameter, on the host. */
export type Init = (shape: Shape, random: Random) => ArrayLike<number>;

/** What a parameter is before it has numbers. Made by `param` of `@unroll/layers`. */
export interface ParamSpec {
  readonly "~leaf": "param";
  readonly shape: Shape;
  readonly init: Init;
}

/** Makes the value a state starts from. With a key it may draw; without one it gives what stands for no noise. */
export type StateInit = (type: TensorType, key?: Value) => Value;

/** What a state is before it has a batch. Made by `state` of `@unroll/layers`. */
export interface StateSpec {
  readonly "~leaf": "state";
  /** Without the batch axis. */
  readonly shape: Shape;
  readonly init: number | StateInit;
  /** Undefined: that of the sequence, named when the state is made. */
  readonly dtype: DType | undefined;
}

/** `T` with every `From` replaced by `To`. Primitives are no leaves and become `never`. */
export type MapTree<T, From, To> = T extends From
  ? To
  : T extends undefined
    ? undefined
    : T extends string | number | boolean | null
      ? never
      : { readonly [K in keyof T]: MapTree<T[K], From, To> };

type AnyLeaf = Value | Tensor | ParamSpec | StateSpec;

/** The tree `T` with a symbolic value at every leaf. */
export type Values<T> = MapTree<T, AnyLeaf, Value>;

/** The tree `T` with a tensor at every leaf. */
export type Tensors<T> = MapTree<T, AnyLeaf, Tensor>;

type Bad<Message extends string> = { readonly "~error": Message };

/** Intersected with a parameter's type: refuses trees with other leaves than `L`, and says what was passed instead. */
export type TreeOf<T, L> = T extends L
  ? unknown
  : T extends undefined
    ? unknown
    : T extends ParamSpec | StateSpec
      ? Bad<"a spec; make values of it with init or initialState">
      : T extends (...args: never[]) => unknown
        ? Bad<"a function">
        : T extends object
          ? { readonly [K in keyof T]: TreeOf<T[K], L> }
          : Bad<"not a leaf">;

/** Intersected with what a step returns: refuses a state with keys that the state before did not have. */
export type NoExtraKeys<R, S> = R extends object
  ? { readonly [K in Exclude<keyof R, keyof S>]: never }
  : unknown;

/** A tuple of `N` elements of type `T`; an array when `N` is not a literal. */
export type Tuple<N extends number, T, R extends readonly T[] = readonly []> = number extends N
  ? readonly T[]
  : R["length"] extends N
    ? R
    : Tuple<N, T, readonly [...R, T]>;

/**
 * The leaves of a tree with their paths, keys in sorted order.
 *
 * Throws: TreeError when a leaf is no value.
 */
export function leaves(tree: unknown): readonly Leaf<Value>[] {
  return flatten(tree).map(({ path, leaf }) => {
    if (!isValue(leaf))
      throw new TreeError(
        `leaves: ${path || "the root"} is a ${(leaf as { "~leaf": string })["~leaf"]}, not a Value.`,
      );
    return { path, leaf };
  });
}

/** The values of a tree, in the order of `leaves`. */
export const valuesOf = (tree: unknown): Value[] => leaves(tree).map(({ leaf }) => leaf);

/** The tree `like` with other values, in the order of `leaves(like)`. */
export const withValues = <T>(like: T, values: readonly Value[]): T => unflatten(like, values);

/**
 * Apply `f` to the leaves at every path of one or more trees of the same structure.
 *
 * Throws: TreeError naming the paths that one of the trees lacks.
 */
export function mapTree<T>(f: (x: Value, ...xs: Value[]) => Value, tree: T, ...trees: NoInfer<T>[]): T {
  trees.forEach((other, i) =>
    sameTree("mapTree", { name: `tree ${i + 2} is`, tree: other }, { name: "tree 1 is", tree }),
  );
  const rows = [tree, ...trees].map(valuesOf);
  return withValues(
    tree,
    rows[0]!.map((x, i) => f(x, ...rows.slice(1).map((row) => row[i]!))),
  );
}

/** Refuse what is no tree of values, with the words of a derivative. */
export function gradientLeaves(what: string, tree: unknown): readonly Leaf<Value>[] {
  if (typeof tree === "function")
    throw new GradientError(
      `gradient: expected ${what}, got a function.`,
      "Call it inside: compile((w) => gradient(loss(w), w)).",
    );
  const found = leaves(tree);
  for (const { leaf } of found) checkScope(leaf);
  return found;
}
