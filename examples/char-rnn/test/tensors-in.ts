import { flatten, Tensor } from "@unroll/core";

/** The tensor at a path of a tree: `tensorsIn(carry)("[0].h")`. */
export const tensorsIn = (tree: unknown): ((path: string) => Tensor) => {
  const byPath = new Map(flatten(tree).map(({ path, leaf }) => [path, leaf]));
  return (path) => {
    const leaf = byPath.get(path);
    if (leaf instanceof Tensor) return leaf;
    throw new RangeError(`no tensor at ${path}, only at ${[...byPath.keys()].join(", ")}`);
  };
};
