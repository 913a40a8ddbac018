import { flatten, TreeError, type ParamSpec, type StateSpec } from "@unroll/core";

/** A spec and its path. */
interface At<Spec> {
  readonly path: string;
  readonly leaf: Spec;
}

/** `path`, or what messages call the root of a tree. */
export const named = (path: string): string => path || "the argument";

/**
 * The leaves of a tree of parameters' specs.
 *
 * Throws: TreeError that says what was passed instead, and where.
 */
export function paramSpecs(caller: string, tree: unknown): readonly At<ParamSpec>[] {
  refuseParts(caller, tree, "Pass its params, or paramsOf(model) for those of a whole model.");
  return flatten(tree).map(({ path, leaf }) => {
    if (kindOf(leaf) === "param") return { path, leaf: leaf as ParamSpec };
    throw kindOf(leaf) === "state"
      ? wrong(caller, path, "a state's spec", "Make values of it with initialState(spec, { batch, dtype }).")
      : wrong(caller, path, `a ${kindOf(leaf)} already`, "Pass specs, as param makes them.");
  });
}

/**
 * The leaves of a tree of states' specs.
 *
 * Throws: TreeError that says what was passed instead, and where.
 */
export function stateSpecs(caller: string, tree: unknown): readonly At<StateSpec>[] {
  refuseParts(caller, tree, "Pass its state.");
  return flatten(tree).map(({ path, leaf }) => {
    if (kindOf(leaf) === "state") return { path, leaf: leaf as StateSpec };
    throw kindOf(leaf) === "param"
      ? wrong(caller, path, "a parameter's spec", "Make tensors of it with init(spec, seed).")
      : wrong(caller, path, `a ${kindOf(leaf)} already`, "Pass specs, as state makes them.");
  });
}

/** What a leaf of a tree is, by its brand. */
export const kindOf = (leaf: unknown): string => (leaf as { readonly "~leaf": string })["~leaf"];

const wrong = (caller: string, path: string, what: string, remedy: string): TreeError =>
  new TreeError(`${caller}: ${named(path)} is ${what}.`, remedy);

/** The likeliest mistake is to pass a cell or a layer, or a record of them, instead of its specs. */
function refuseParts(caller: string, tree: unknown, remedy: string, path = ""): void {
  if (typeof tree !== "object" || tree === null || "~leaf" in tree) return;
  const part = partName(tree);
  if (part) throw wrong(caller, path, `a ${part}, not its specs`, remedy);
  for (const [key, child] of Object.entries(tree)) {
    refuseParts(caller, child, remedy, extend(path, Array.isArray(tree) ? Number(key) : key));
  }
}

/** The path of a child: `layers[0]`, `rnn.wx`. */
export const extend = (path: string, key: string | number): string =>
  typeof key === "number" ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;

/** What has specs and is none: a cell by its step, a layer by its apply. */
export function partName(x: object): string | undefined {
  if ("step" in x && typeof x.step === "function") return "cell";
  if ("apply" in x && typeof x.apply === "function") return "layer";
  if ("unroll" in x && typeof x.unroll === "function") return "pair of cells";
  return undefined;
}
