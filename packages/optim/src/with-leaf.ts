import { flatten, TreeError, unflatten, type Tensor } from "@unroll/core";

/**
 * A tree with another leaf at one path: how the host changes a rate or a switch in the state of a step. Types are
 * checked where the tree goes.
 *
 * Throws: TreeError when the tree has no leaf there.
 *
 *     trainer.state = withLeaf(trainer.state, "memory.1.on", tensor(1, { dtype: "i32" }));
 */
export function withLeaf<T>(tree: T, path: string, leaf: Tensor): T {
  const found = flatten(tree);
  if (!found.some((one) => one.path === path)) {
    const near = found.slice(0, 5).map((one) => one.path || "a single leaf");
    throw new TreeError(
      `withLeaf: there is no leaf ${path || "at the root"}.`,
      `There are ${near.join(", ")}${found.length > 5 ? ` and ${found.length - 5} more` : ""}.`,
    );
  }
  return unflatten(
    tree,
    found.map((one) => (one.path === path ? leaf : one.leaf)),
  );
}
