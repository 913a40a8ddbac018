import { flatten, full, leaves, mapTree, mul, TreeError, unflatten } from "@unroll/core";
import { expectIn, expectParts } from "../expect.ts";
import type { Memory } from "../memory.ts";
import { expectChosen, type PathTest } from "../paths.ts";
import { stateless } from "../stateless.ts";
import type { Transform } from "../transform.ts";

/**
 * A transform for each group of leaves: each sees and remembers the leaves of its group alone, so a norm in it is that
 * of the group. The memory holds that of each under its name.
 *
 * Throws: TreeError naming a leaf whose group has no transform, and a group without leaves.
 *
 *     perGroup((path) => (path.startsWith("embed") ? "slow" : "fast"), {
 *       slow: sgd({ learningRate: 1e-3 }),
 *       fast: adam({ learningRate: 1e-2 }),
 *     });
 */
export function perGroup<Name extends string>(
  groupOf: (path: string) => Name,
  transforms: Readonly<Record<Name, Transform>>,
): Transform {
  const names = Object.keys(transforms) as Name[];
  const inGroup =
    (name: Name): PathTest =>
    (path) =>
      groupOf(path) === name;
  return {
    init(params) {
      for (const { path } of flatten(params)) expectGroup(names, path, groupOf(path));
      for (const name of names) expectChosen(`perGroup: ${name}`, params, inGroup(name));
      return Object.fromEntries(
        names.map((name) => [name, transforms[name].init(only(params, inGroup(name)))]),
      );
    },
    update(grads, memory, params) {
      expectParts("perGroup", memory, names);
      const next: Record<string, Memory> = {};
      const made = new Map<string, unknown>();
      for (const name of names) {
        const [g, x] = [only(grads, inGroup(name)), only(params, inGroup(name))];
        const [updates, remembered] = transforms[name].update(g, memory[name] as Memory, x);
        for (const { path, leaf } of leaves(updates)) made.set(path, leaf);
        next[name] = remembered;
      }
      return [
        unflatten(
          grads,
          leaves(grads).map(({ path }) => made.get(path)),
        ),
        next,
      ];
    },
  };
}

/**
 * A transform for all leaves but the frozen ones, which stay as they are and of which nothing is remembered.
 *
 * Their gradients are still computed; where that costs, ask `gradient` for the other sub-trees alone.
 *
 * Throws: TreeError when no leaf is frozen, or all are.
 *
 *     freeze((path) => path.startsWith("embed"), adam({ learningRate: 1e-3 }));
 */
export function freeze(frozen: PathTest, transform: Transform): Transform {
  const still = stateless("freeze", (grads) => mapTree((g) => full(0, g.type), grads));
  return perGroup((path) => (frozen(path) ? "frozen" : "trained"), { frozen: still, trained: transform });
}

/**
 * Every update multiplied by a number that its path decides: rates relative to the optimiser's.
 *
 * Throws: UnrollError when a factor is none.
 *
 *     chain(adam({ learningRate: 1e-3 }), scaleByPath((path) => (path.startsWith("embed") ? 0.1 : 1)));
 */
export const scaleByPath = (factorOf: (path: string) => number): Transform =>
  stateless("scaleByPath", (updates) => {
    const scaled = leaves(updates).map(({ path, leaf }) => {
      const factor = factorOf(path);
      expectIn("[0, Infinity)", "scaleByPath", { [path || "the leaf"]: factor });
      return factor === 1 ? leaf : mul(factor, leaf);
    });
    return unflatten(updates, scaled);
  });

/** The tree with the chosen leaves, and undefined, which is no leaf, in place of the others. */
const only = <P>(tree: P, test: PathTest): P =>
  unflatten(
    tree,
    flatten(tree).map(({ path, leaf }) => (test(path) ? leaf : undefined)),
  );

function expectGroup(names: readonly string[], path: string, group: string): void {
  if (names.includes(group)) return;
  throw new TreeError(
    `perGroup: ${path || "the leaf"} is in the group ${group}, which has no transform.`,
    `The groups are ${names.join(", ")}.`,
  );
}
