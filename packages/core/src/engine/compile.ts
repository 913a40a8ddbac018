import { TreeError } from "../tensor/error.ts";
import { fromArray, Tensor } from "../tensor/tensor.ts";
import { flatten, unflatten, unflattener } from "../tensor/tree.ts";
import type { Tensors } from "../graph/spec.ts";
import { argumentNames, returned, signature, symbolic, tensorsOf, typesOf } from "./arguments.ts";
import { building } from "./building.ts";
import { checkUsed, CompiledGraph, type CompileOptions } from "./compiled.ts";
import { explain } from "./explain.ts";
import type { MemoryUse } from "./memory/memory-use.ts";
import type { Profile, ProfileOptions } from "./profile/profile.ts";

/** A compiled function: the same trees, tensors in place of values. */
export interface Compiled<A extends readonly unknown[], R> {
  (...args: { readonly [K in keyof A]: Tensors<A[K]> }): Tensors<R>;
  /** How many tuples of types it has been compiled for. */
  readonly compilations: number;
  /** The graph and the program of the last types it was called with, and inputs that nothing uses. */
  explain(): string;
  /**
   * Where the time goes when it is called with these arguments: as a string a table, and plain data. It is run a few
   * dozen times, on a second module with a clock between its calls, which is made when it is asked for.
   *
   *     console.log(String(net.profile([w, x])));
   */
  profile(args: { readonly [K in keyof A]: Tensors<A[K]> }, options?: ProfileOptions): Profile;
  /** Where the memory of its last program goes, that of the last types it was called with: a table, and plain data. */
  memory(): MemoryUse;
  /** Give the memory of its programs back. */
  dispose(): void;
}

/** Past so many compilations of one function, lengths are hardly bucketed. */
const many = 16;

/** A function whose argument types have served: from here on, trees are checked at run time. */
type Untyped = (...args: never[]) => unknown;

interface Entry {
  readonly compiled: CompiledGraph;
  readonly resultOf: (tensors: readonly unknown[]) => unknown;
}

/**
 * Make a function on values into a function on tensors.
 *
 * It is compiled once for every tuple of types it is called with, so a number in a JavaScript variable that `f` reads
 * is frozen at the first call: **what changes from call to call must be an argument**. The tensors that come back are
 * copies.
 *
 * Throws: what building the graph throws, at the first call; TreeError when an argument is used by no output, or is
 * missing; DTypeError when an argument is no tree of tensors.
 *
 *     const net = compile((w: Value, x: Value) => tanh(matmul(x, w)));
 *     net(tensor([[1], [2]]), tensor([[3, 4]])).data;
 */
export function compile<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> {
  if (typeof f !== "function")
    throw new TreeError(
      "compile: expected a function of values.",
      "Wrap the expression: compile((x) => ...), or use evaluate for a closed value.",
    );
  const what = f.name ? `compile ${f.name}` : "compile";
  const entries = new Map<string, Entry>();
  let last: Entry | undefined;
  const prepare = (args: readonly unknown[]): Entry & { readonly inputs: readonly Tensor[] } => {
    const names = argumentNames(f, Math.max(args.length, f.length));
    if (args.length < f.length)
      throw new TreeError(
        `${what}: ${f.length} arguments are needed, got ${args.length}: ${names
          .slice(args.length)
          .map((name, i) => name ?? `argument ${args.length + i + 1}`)
          .join(", ")} missing.`,
      );
    const leaves = tensorsOf(what, args, names);
    const key = signature(leaves);
    let entry = entries.get(key);
    if (!entry) {
      const start = performance.now();
      entry = build(what, f, args, names, options);
      entries.set(key, entry);
      options.onCompile?.(key, performance.now() - start);
      if (entries.size === many + 1)
        console.warn(
          `${what}: compiled for ${entries.size} tuples of types, the last ${typesOf(leaves)}. Pad to a few lengths (bucket).`,
        );
    }
    last = entry;
    return { ...entry, inputs: leaves.flat().map(({ leaf }) => leaf) };
  };
  const call = (...args: readonly unknown[]): unknown => {
    const { resultOf, compiled, inputs } = prepare(args);
    return resultOf(compiled.run(inputs));
  };
  const properties = {
    compilations: { get: () => entries.size },
    explain: {
      value: () =>
        last ? explain(last.compiled) : `${what}: not called yet, so there are no types to explain.`,
    },
    profile: {
      value(args: readonly unknown[], how: ProfileOptions = {}) {
        const { compiled, inputs } = prepare(args);
        return compiled.profile(inputs, how);
      },
    },
    memory: {
      value() {
        if (last) return last.compiled.memory();
        throw new TreeError(
          `${what}: not called yet, so there is no program that takes memory.`,
          "Call it once.",
        );
      },
    },
    dispose: {
      value() {
        for (const { compiled } of entries.values()) compiled.dispose();
        entries.clear();
        last = undefined;
      },
    },
  };
  return Object.defineProperties(call, properties) as Compiled<A, R>;
}

function build(
  what: string,
  f: Untyped,
  args: readonly unknown[],
  names: readonly (string | undefined)[],
  options: CompileOptions,
): Entry {
  const { tree, outputs, perArgument } = building(options.onError, () => {
    const inputs = args.map((arg, i) => symbolic(arg, names[i], i));
    const tree = f(...(inputs.map((argument) => argument.tree) as never[]));
    const outputs = returned(what, tree);
    return { tree, outputs, perArgument: inputs.map((argument) => argument.inputs) };
  });
  checkUsed(
    what,
    { inputs: perArgument.flat(), outputs: outputs.map(({ leaf }) => leaf) },
    perArgument,
    names,
  );
  return { compiled: new CompiledGraph(perArgument.flat(), outputs, options), resultOf: unflattener(tree) };
}

/**
 * The numbers of closed values: those that need no input.
 *
 * Throws: ScopeError when a value depends on an input.
 *
 *     evaluate(tanh(constant(tensor([1])))).data;
 */
export function evaluate<T>(closed: T, options: CompileOptions = {}): Tensors<T> {
  const compiled = compile(() => closed, options);
  try {
    return compiled();
  } finally {
    compiled.dispose();
  }
}

/** Copies of the tensors of a tree, which no later step can change. */
export function copy<T>(tree: T): T {
  const copies = flatten(tree).map(({ path, leaf }) => {
    if (!(leaf instanceof Tensor)) throw new TreeError(`copy: ${path || "the root"} is no Tensor.`);
    return fromArray(leaf.type, leaf.data.slice());
  });
  return unflatten(tree, copies);
}
