import { TreeError, UnrollError, UnsupportedError } from "../tensor/error.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Leaf } from "../tensor/tree.ts";
import type { Checks, Donation, Program } from "../ir/program.ts";
import { graph, nodesOf, type Graph } from "../graph/graph.ts";
import type { Node, Value } from "../graph/node.ts";
import { checkKeys } from "../compiler/keys.ts";
import { defaultEngine } from "./default.ts";
import type { Engine, Executable } from "./engine.ts";
import { MemoryUse } from "./memory/memory-use.ts";
import { profile } from "./profile/measure.ts";
import type { Profile, ProfileOptions } from "./profile/profile.ts";

/** How a function is compiled and watched over. */
export interface CompileOptions {
  /** Default: the WebAssembly engine, or the reference engine on a host without vectors. */
  readonly engine?: Engine;
  /**
   * What every run looks for; see `docs/errors.md`. Default: nothing, and indices on the reference engine. A checked
   * run is interpreted, and slow.
   */
  readonly checks?: Checks;
  /** Called after each compilation with the types it is for and the milliseconds it took. */
  readonly onCompile?: (types: string, ms: number) => void;
  /**
   * Called before an error is thrown: of a run with the graph and the node that was being computed; of the function
   * while it builds the graph with as much of it as there is, and the op that was refused, which has operands and no
   * outputs. Without a node, the error speaks of none.
   */
  readonly onError?: (error: Error, graph: Graph, node: Node | undefined) => void;
}

/** One compilation: a graph, its program, and the program loaded. */
export class CompiledGraph {
  readonly graph: Graph;
  readonly program: Program;
  readonly #engine: Engine;
  readonly #executable: Executable;
  readonly #onError: CompileOptions["onError"];

  constructor(
    inputs: readonly Value[],
    outputs: readonly Leaf<Value>[],
    options: CompileOptions,
    donated: readonly Donation[] = [],
  ) {
    const engine = options.engine ?? defaultEngine();
    this.#engine = engine;
    const checks = options.checks ?? engine.checks;
    this.graph = graph(
      inputs,
      outputs.map(({ leaf }) => leaf),
      outputs.map(({ path }) => path),
    );
    checkKeys(this.graph);
    // A check may stop a run half way, and what was given must then be as it was.
    this.program = engine.plan(this.graph, { checks, donated: checks === "none" ? donated : [] });
    this.#executable = engine.load(this.program);
    this.#onError = options.onError;
  }

  run(inputs: readonly Tensor[], resident?: number, seen?: readonly boolean[]): readonly Tensor[] {
    return this.#reporting(() => this.#executable.run(inputs, resident, seen));
  }

  /** Where the time goes. Inputs stay as they are, also those that a run would overwrite. */
  profile(inputs: readonly Tensor[], options: ProfileOptions): Profile {
    const { program } = this;
    const subject = { program, executable: this.#executable, engine: this.#engine.name };
    return this.#reporting(() => profile(subject, inputs, options));
  }

  /**
   * Where the memory goes. The first `state` inputs are a state.
   *
   * Throws: UnsupportedError when the engine does not say.
   */
  memory(state = 0): MemoryUse {
    const footprint = this.#executable.footprint?.();
    if (!footprint)
      throw new UnsupportedError(
        `memory: the engine ${this.#engine.name} does not say what its programs take.`,
        "Compile for an engine that does: wasm() or reference().",
      );
    return new MemoryUse(this.#engine.name, this.program, state, footprint);
  }

  /** Run something, and show an error of a program to whoever wants to see it. */
  #reporting<R>(run: () => R): R {
    try {
      return run();
    } catch (error) {
      if (error instanceof UnrollError) this.#onError?.(error, this.graph, nodeOf(error, this.graph));
      throw error;
    }
  }

  dispose(): void {
    this.#executable.dispose();
  }
}

/** The node that an error of a run names, wherever it is nested. */
function nodeOf(error: UnrollError, within: Graph): Node | undefined {
  const id = "node" in error ? error.node : undefined;
  for (const node of nodesOf(within)) {
    if (node.reportedAs === id) return node;
    for (const body of node.op.bodies?.(node.attrs) ?? []) {
      const found = nodeOf(error, body);
      if (found) return found;
    }
  }
  return undefined;
}

/** Inputs that no output depends on. */
export function unusedInputs({ inputs, outputs }: Graph): readonly Value[] {
  const used = new Set([...outputs, ...nodesOf({ inputs, outputs }).flatMap((node) => node.inputs)]);
  return inputs.filter((x) => !used.has(x));
}

/** Throws: TreeError when an argument has leaves and none of them matters. */
export function checkUsed(
  what: string,
  closed: Graph,
  args: readonly (readonly Value[])[],
  names: readonly (string | undefined)[],
): void {
  const unused = new Set(unusedInputs(closed));
  args.forEach((inputs, i) => {
    if (inputs.length === 0 || inputs.some((x) => !unused.has(x))) return;
    const name = names[i] ? `argument ${i + 1}, ${names[i]},` : `argument ${i + 1}`;
    throw new TreeError(
      `${what}: ${name} is used by no output.`,
      "Leave it out, or return something that depends on it.",
    );
  });
}
