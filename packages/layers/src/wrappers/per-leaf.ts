import { DTypeError, flatten, TreeError, type StateSpec } from "@unroll/core";
import { extend } from "../spec/specs.ts";

/** A choice for the leaves of a tree: one for all of them, or a tree that leaves out those it does not concern. */
export type PerLeaf<T, C> = T extends { readonly "~leaf": string }
  ? C
  : C | { readonly [K in keyof T]?: PerLeaf<T[K], C> | undefined };

/** What was chosen for a leaf. */
export interface Chosen<C, L> {
  readonly path: string;
  readonly leaf: L;
  readonly choice: C;
  /** Whether it was chosen for this leaf, rather than for all below some node. */
  readonly byName: boolean;
}

/**
 * The leaves that a choice concerns, each with its own.
 *
 * Throws: TreeError for a choice where the tree has nothing.
 */
export function perLeaf<C extends number | boolean, L>(
  caller: string,
  tree: unknown,
  choice: PerLeaf<unknown, C> | undefined,
): readonly Chosen<C, L>[] {
  const walk = (node: unknown, chosen: unknown, path: string): readonly Chosen<C, L>[] => {
    if (chosen === undefined) return [];
    if (typeof chosen !== "object" || chosen === null) {
      return flatten(node, path).map((at) => ({
        path: at.path,
        leaf: at.leaf as L,
        choice: chosen as C,
        byName: at.path === path,
      }));
    }
    const isArray = Array.isArray(chosen);
    return Object.entries(chosen).flatMap(([key, child]) => {
      const at = extend(path, isArray ? Number(key) : key);
      if (child !== undefined && !has(node, key)) throw unknownPath(caller, tree, at);
      return walk((node as Readonly<Record<string, unknown>>)[key], child, at);
    });
  };
  return walk(tree, choice, "");
}

/**
 * `perLeaf` for states of which integers and booleans have no part: they are passed over, unless by name.
 *
 * Throws: DTypeError for one of these by its name; what `perLeaf` throws.
 */
export const perFloat = <C extends number | boolean>(
  caller: string,
  states: unknown,
  choice: PerLeaf<unknown, C> | undefined,
): readonly Chosen<C, StateSpec>[] =>
  perLeaf<C, StateSpec>(caller, states, choice).filter(({ path, leaf: { dtype }, byName }) => {
    if (dtype === undefined || dtype === "f32" || dtype === "f64") return true;
    if (!byName) return false;
    throw new DTypeError(`${caller}: ${path || "the state"} is ${dtype}, no float.`, "Leave it out.");
  });

/** Leaves have properties as well, and these are no children. */
const has = (node: unknown, key: string): boolean =>
  typeof node === "object" &&
  node !== null &&
  !("~leaf" in node) &&
  (node as Readonly<Record<string, unknown>>)[key] !== undefined;

const unknownPath = (caller: string, tree: unknown, path: string): TreeError =>
  new TreeError(
    `${caller}: there is no ${path}.`,
    `The leaves are ${flatten(tree)
      .map((at) => at.path || "the leaf itself")
      .join(", ")}.`,
  );
