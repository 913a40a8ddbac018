import { describe, DTypeError, TreeError } from "../tensor/error.ts";
import { Tensor } from "../tensor/tensor.ts";
import { flatten, named, rebuild, type Leaf } from "../tensor/tree.ts";
import { formatType } from "../tensor/type.ts";
import { input } from "../graph/graph.ts";
import { isValue, type Value } from "../graph/node.ts";
import { notAValue } from "../graph/not-a-value.ts";

/**
 * What messages call the arguments of a function: the names of its parameters, where they can be read off its source,
 * and "argument 2" for a destructured one. The source may be minified or native: then the names are poor, never wrong.
 */
export function argumentNames(
  f: (...args: never[]) => unknown,
  count: number,
): readonly (string | undefined)[] {
  const source = String(f);
  const list = /^(?:async\s+)?(?:function\b[^(]*)?\(([^]*)$/.exec(source)?.[1] ?? source;
  const single = /^(?:async\s+)?([A-Za-z_$][\w$]*)\s*=>/.exec(source);
  const found = single ? [single[1]!] : splitParameters(list);
  return Array.from({ length: count }, (_, i) => /^[A-Za-z_$][\w$]*/.exec(found[i]?.trim() ?? "")?.[0]);
}

/** The text of each parameter, up to the parenthesis that closes the list. */
function splitParameters(list: string): string[] {
  const parameters = [""];
  let depth = 0;
  for (const character of list) {
    if (")]}".includes(character) && depth-- === 0) return parameters;
    if ("([{".includes(character)) depth++;
    if (character === "," && depth === 0) parameters.push("");
    else parameters[parameters.length - 1] += character;
  }
  return parameters;
}

/** The leaf's path under the name of its argument: `params.rnn.wx`; under no name, the bare path. */
const pathUnder = (name: string | undefined, path: string, position: number): string => {
  if (name === undefined) return named(path, `argument ${position + 1}`);
  if (path === "") return name;
  return path.startsWith("[") ? `${name}${path}` : `${name}.${path}`;
};

/** The tensors of a call, with the paths that messages use. */
export function tensorsOf(
  what: string,
  args: readonly unknown[],
  names: readonly (string | undefined)[],
): Leaf<Tensor>[][] {
  return args.map((arg, position) => {
    if (typeof arg === "number" || typeof arg === "boolean") {
      throw new DTypeError(
        `${what}: ${pathUnder(names[position], "", position)} is the ${typeof arg} ${arg}.`,
        `Make a tensor of it: tensor(${arg}).`,
      );
    }
    return flatten(arg).map(({ path, leaf }) => {
      const full = pathUnder(names[position], path, position);
      if (leaf instanceof Tensor) return { path: full, leaf };
      if (isValue(leaf))
        throw new DTypeError(
          `${what}: ${full} is a Value; a compiled function is called with tensors.`,
          "Inside of a graph, call the function itself.",
        );
      if ((leaf as { "~leaf": string })["~leaf"] === "tensor") throw notAValue(what, leaf, position + 1);
      throw new DTypeError(
        `${what}: ${full} is a spec; a compiled function is called with tensors.`,
        "Make tensors of the specs with init(spec, seed), or evaluate(initialState(...)).",
      );
    });
  });
}

/** The tree of an argument with a labelled input in place of every tensor. */
export function symbolic(
  arg: unknown,
  name: string | undefined,
  position: number,
): { readonly tree: unknown; readonly inputs: readonly Value[] } {
  const byPath = new Map(
    flatten(arg).map(({ path, leaf }) => [
      path,
      input((leaf as Tensor).type, pathUnder(name, path, position)),
    ]),
  );
  return { tree: rebuild(arg, (path) => byPath.get(path)), inputs: [...byPath.values()] };
}

/** The values of what a function returned. */
export function returned(what: string, tree: unknown): Leaf<Value>[] {
  if (typeof tree === "number" || typeof tree === "boolean" || typeof tree === "function") {
    throw new TreeError(
      `${what}: the function returned a ${typeof tree}.`,
      "Return a Value, or a tree of Values.",
    );
  }
  return flatten(tree).map(({ path, leaf }) => {
    if (!isValue(leaf))
      throw new TreeError(
        `${what}: the function returned a ${(leaf as { "~leaf": string })["~leaf"]} at ${named(path, "the root")}.`,
        "Return Values; lift a tensor with constant(tensor).",
      );
    return { path, leaf };
  });
}

/** Types of all leaves with their paths: what one compilation is for. */
export const signature = (leaves: readonly (readonly Leaf<Tensor>[])[]): string =>
  leaves
    .map((of) => of.map(({ path, leaf }) => describe({ ...leaf.type, label: path })).join(", "))
    .join("; ");

/** The types alone, for messages about many compilations. */
export const typesOf = (leaves: readonly (readonly Leaf<Tensor>[])[]): string =>
  leaves
    .flat()
    .map(({ leaf }) => formatType(leaf.type))
    .join(", ");
