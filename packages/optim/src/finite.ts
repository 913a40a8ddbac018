import { abs, all, and, full, leaves, less, type Value } from "@unroll/core";

/** Whether no number of a tree is NaN or infinite. */
export const isFinite = (tree: unknown): Value =>
  leaves(tree)
    .map(({ leaf }) => all(less(abs(leaf), Infinity)))
    .reduce((a, b) => and(a, b), full(1, { dtype: "bool", shape: [] }));
