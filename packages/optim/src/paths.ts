import { flatten, TreeError } from "@unroll/core";

/** Chooses leaves by their paths, `rnn.wx` or `layers[0].b`. */
export type PathTest = (path: string) => boolean;

/** Throws: TreeError when no leaf is chosen: the test is likelier to be wrong than the model. */
export function expectChosen(op: string, tree: unknown, test: PathTest): void {
  const paths = flatten(tree).map(({ path }) => path);
  if (paths.some(test)) return;
  throw new TreeError(
    `${op}: no leaf is chosen.`,
    `The paths are ${paths.slice(0, 5).join(", ")}${paths.length > 5 ? ` and ${paths.length - 5} more` : ""}.`,
  );
}
