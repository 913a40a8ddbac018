import { TreeError } from "./error.ts";

/** A leaf of a tree and where it stands: `rnn.wx`, `layers[0].b`. The root's path is empty. */
export interface Leaf<L> {
  readonly path: string;
  readonly leaf: L;
}

/** Leaves carry this brand (values, tensors, specs), so that trees need to know none of their classes. */
export const isLeaf = (x: unknown): x is { readonly "~leaf": string } =>
  typeof x === "object" && x !== null && "~leaf" in x;

/** The path of the child `key` of the node at `path`. */
const extend = (path: string, key: string | number): string =>
  typeof key === "number" ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;

/** `path`, or `name` when the tree is a single leaf: for messages. */
export const named = (path: string, name: string): string => (path === "" ? name : path);

/**
 * Leaves with their paths. Record keys are taken in sorted order and arrays in theirs, so that two trees with the same
 * keys agree leaf by leaf whatever order the keys were written in. `undefined` is a tree without leaves.
 *
 * Throws: TreeError for a number, string or function in the tree, and for keys that hold `.`, `[` or `]`, since paths
 * name the leaves of checkpoints.
 */
export function flatten(tree: unknown, path = ""): Leaf<unknown>[] {
  if (tree === undefined) return [];
  if (isLeaf(tree)) return [{ path, leaf: tree }];
  if (Array.isArray(tree)) return tree.flatMap((child, i) => flatten(child, extend(path, i)));
  const record = asRecord(tree, path);
  return keysOf(record, path).flatMap((key) => flatten(record[key], extend(path, key)));
}

/** A tree of the structure of `like` whose leaf at each path is `leafAt(path)`. */
export function rebuild(like: unknown, leafAt: (path: string, leaf: unknown) => unknown, path = ""): unknown {
  if (like === undefined) return undefined;
  if (isLeaf(like)) return leafAt(path, like);
  if (Array.isArray(like)) return like.map((child, i) => rebuild(child, leafAt, extend(path, i)));
  const record = asRecord(like, path);
  return Object.fromEntries(
    Object.keys(record).map((key) => [key, rebuild(record[key], leafAt, extend(path, key))]),
  );
}

/** `rebuild` with the leaves given in the order of `flatten(like)`. */
export const unflatten = <T>(like: T, leaves: readonly unknown[]): T => unflattener(like)(leaves);

/** `unflatten` for many trees of one structure: paths are looked at once. */
export function unflattener<T>(like: T): (leaves: readonly unknown[]) => T {
  const positions = new Map(flatten(like).map(({ path }, i) => [path, i]));
  return builder(like, "", positions) as (leaves: readonly unknown[]) => T;
}

type Builder = (leaves: readonly unknown[]) => unknown;

function builder(like: unknown, path: string, positions: ReadonlyMap<string, number>): Builder {
  if (like === undefined) return () => undefined;
  const position = positions.get(path);
  if (isLeaf(like)) return (leaves) => leaves[position!];
  if (Array.isArray(like)) {
    const children = like.map((child, i) => builder(child, extend(path, i), positions));
    return (leaves) => children.map((build) => build(leaves));
  }
  const children = Object.entries(asRecord(like, path)).map(
    ([key, child]) => [key, builder(child, extend(path, key), positions)] as const,
  );
  return (leaves) => Object.fromEntries(children.map(([key, build]) => [key, build(leaves)]));
}

/**
 * Check that two trees have the same leaves.
 *
 * Throws: TreeError that says what `a` and `b` are called and which paths one of them lacks.
 */
export function sameTree(op: string, a: Labelled, b: Labelled, remedy?: string): void {
  const inA = new Set(flatten(a.tree).map(({ path }) => path));
  const inB = new Set(flatten(b.tree).map(({ path }) => path));
  const missing = [...inB].filter((path) => !inA.has(path));
  const extra = [...inA].filter((path) => !inB.has(path));
  if (missing.length + extra.length === 0) return;
  const problems = [
    missing.length > 0 ? `${list(missing)} ${missing.length > 1 ? "are" : "is"} missing` : "",
    extra.length > 0 ? `${list(extra)} ${extra.length > 1 ? "are" : "is"} too much` : "",
  ].filter(Boolean);
  throw new TreeError(
    `${op}: ${a.name} ${outline(a.tree)}, but ${b.name} ${outline(b.tree)}: ${problems.join(", and ")}.`,
    remedy,
  );
}

/** A tree and the words a message uses for it, with their verb: `the initial state is`. */
export interface Labelled {
  readonly name: string;
  readonly tree: unknown;
}

const list = (paths: readonly string[]): string =>
  paths
    .slice(0, 5)
    .map((path) => named(path, "the leaf"))
    .join(", ") + (paths.length > 5 ? ` (and ${paths.length - 5} more)` : "");

/** The top level of a tree in words: `{ h, c }`, `[2 items]`, `a single leaf`. */
export function outline(tree: unknown): string {
  if (tree === undefined) return "undefined";
  if (isLeaf(tree)) return "a single leaf";
  if (Array.isArray(tree)) return `[${tree.length} item${tree.length === 1 ? "" : "s"}]`;
  return `{ ${keysOf(asRecord(tree, ""), "").join(", ")} }`;
}

function asRecord(tree: unknown, path: string): Readonly<Record<string, unknown>> {
  if (isRecord(tree)) return tree;
  throw new TreeError(
    `tree: ${named(path, "the root")} is ${kindOf(tree)}.`,
    "Leaves are values, tensors or specs.",
  );
}

/** Sorted, so that the order in which keys were written means nothing. */
function keysOf(record: Readonly<Record<string, unknown>>, path: string): string[] {
  const keys = Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .sort();
  const illegal = keys.find((key) => key === "" || /[.[\]]/.test(key));
  if (illegal === undefined) return keys;
  throw new TreeError(
    `tree: the key "${illegal}" of ${named(path, "the root")} ${illegal === "" ? "is empty" : "holds one of . [ ]"}.`,
    "Paths name the leaves of checkpoints: choose another key.",
  );
}

function isRecord(x: unknown): x is Record<string, unknown> {
  if (typeof x !== "object" || x === null) return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function kindOf(x: unknown): string {
  if (x === null) return "null";
  if (typeof x === "function") return "a function";
  if (typeof x !== "object") return `the ${typeof x} ${String(x)}`;
  return `an instance of ${x.constructor?.name ?? "an unknown class"}`;
}
