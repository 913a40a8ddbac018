import { KeyError, ShapeError, StaleError, TreeError } from "../tensor/error.ts";
import { Tensor } from "../tensor/tensor.ts";
import { named, sameTree, unflatten, unflattener, type Leaf } from "../tensor/tree.ts";
import { formatType, sameType } from "../tensor/type.ts";
import type { NoExtraKeys, Tensors } from "../graph/spec.ts";
import type { Value } from "../graph/node.ts";
import { usesOf } from "../compiler/keys.ts";
import { returned, signature, symbolic, tensorsOf } from "./arguments.ts";
import { building } from "./building.ts";
import { CompiledGraph, type CompileOptions } from "./compiled.ts";
import { defaultEngine } from "./default.ts";
import type { Engine } from "./engine.ts";
import { explain } from "./explain.ts";
import type { MemoryUse } from "./memory/memory-use.ts";
import type { Profile, ProfileOptions } from "./profile/profile.ts";

/** What a step is called with: nothing, when it reads nothing but its state. */
export type StepArguments<X> = unknown extends X
  ? readonly [x?: unknown]
  : X extends undefined
    ? readonly [x?: undefined]
    : readonly [x: Tensors<X>];

/** A step whose state stays in the engine from call to call. */
export interface Stateful<S, X, Y> {
  /** One step: the state moves on, and the step's output comes back as copies. */
  step(...x: StepArguments<X>): Tensors<Y>;
  /**
   * The state as tensors in the engine's memory: readable until the next step, and passed to another function of the
   * same engine without a copy. Assigning a tree of the same paths and types sets it.
   */
  state: Tensors<S>;
  /** How many tuples of types it has been compiled for. */
  readonly compilations: number;
  explain(): string;
  /**
   * Where the time of a step goes: as a string a table, and plain data. The state stays as it is: the same step is made
   * over and over on copies of it, on a second module with a clock between its calls.
   *
   *     console.log(String(trainer.profile(batch)));
   */
  profile(...x: readonly [...x: StepArguments<X>, options?: ProfileOptions]): Profile;
  /** Where the memory of its last program goes, state included: as a string a table, and plain data. */
  memory(): MemoryUse;
  /** Give the memory of state and programs back. */
  dispose(): void;
}

/**
 * A scan whose sequence comes from outside, one `step(x)` at a time: training, sampling and streaming.
 *
 * State keeps its tree and types. No cotangent crosses from one call to the next, which is what truncated
 * backpropagation through time means. When a step throws, the state is as it was.
 *
 * Throws: TreeError, ShapeError when the step changes the tree or a type of the state; KeyError when a random key in
 * the state is used and returned unchanged.
 *
 *     const counter = stateful(({ n }: { n: Value }, by: Value) => [{ n: add(n, by) }, { n }], { n: tensor(0) });
 *     counter.step(tensor(2));
 *     counter.state.n.data; // [2]
 */
export function stateful<S, X, Y, const R extends S>(
  step: (state: S, x: X) => readonly [R & NoExtraKeys<R, S>, Y],
  init: NoInfer<Tensors<S>>,
  options: CompileOptions = {},
): Stateful<S, X, Y> {
  // The class knows trees only as they are found at run time; their types are those of the step, which is checked.
  return new StatefulStep(step as Step, init, options) as unknown as Stateful<S, X, Y>;
}

type Step = (state: unknown, x: unknown) => readonly [unknown, unknown];

interface Entry {
  readonly compiled: CompiledGraph;
  /** The step's output, of what comes out of the program behind the state. */
  readonly outputOf: (tensors: readonly unknown[]) => unknown;
}

class StatefulStep {
  readonly #step: Step;
  readonly #options: CompileOptions;
  readonly #engine: Engine;
  readonly #entries = new Map<string, Entry>();
  readonly #like: unknown;
  #leaves: readonly Leaf<Tensor>[];
  /** Which leaves somebody else may have: a step that overwrites one of them makes a new tensor of it. */
  #seen: readonly boolean[];
  #steps = 0;
  #last: Entry | undefined;
  #disposed = false;

  constructor(step: Step, init: unknown, options: CompileOptions) {
    this.#step = step;
    this.#options = options;
    this.#engine = options.engine ?? defaultEngine();
    this.#like = init;
    this.#leaves = tensorsOf("stateful", [init], ["state"])[0]!.map(({ path, leaf }) => ({
      path,
      leaf: this.#engine.store(leaf),
    }));
    this.#seen = this.#leaves.map(() => false);
  }

  get compilations(): number {
    return this.#entries.size;
  }

  get state(): unknown {
    this.#alive();
    this.#seen = this.#leaves.map(() => true);
    return unflatten(
      this.#like,
      this.#leaves.map(({ leaf }) => leaf),
    );
  }

  set state(tree: unknown) {
    this.#alive();
    sameTree("stateful", { name: "the state is set to", tree }, { name: "the state is", tree: this.#like });
    const given = tensorsOf("stateful", [tree], ["state"])[0]!;
    checkTypes(
      this.#leaves,
      given.map(({ leaf }) => leaf),
      (name, old, now) => `${name} is ${old} and is set to ${now}`,
    );
    this.#replace(
      given.map(({ leaf }, i) => (leaf === this.#leaves[i]!.leaf ? leaf : this.#engine.store(leaf))),
      "was set anew",
    );
  }

  step(x?: unknown): unknown {
    const { entry, inputs } = this.#prepare(x);
    const outputs = entry.compiled.run(inputs, this.#leaves.length, this.#seen);
    this.#steps++;
    this.#replace(outputs, undefined);
    return entry.outputOf(outputs.slice(this.#leaves.length));
  }

  profile(x: unknown, options: ProfileOptions = {}): Profile {
    const { entry, inputs } = this.#prepare(x);
    return entry.compiled.profile(inputs, options);
  }

  /** The compilation for these types, and what it is to be given. */
  #prepare(x: unknown): { readonly entry: Entry; readonly inputs: readonly Tensor[] } {
    this.#alive();
    const leaves = tensorsOf("stateful", [x], [undefined])[0]!;
    const key = signature([leaves]);
    const entry = this.#entries.get(key) ?? this.#compile(x, key);
    this.#last = entry;
    return { entry, inputs: [...this.#leaves, ...leaves].map(({ leaf }) => leaf) };
  }

  memory(): MemoryUse {
    this.#alive();
    if (this.#last) return this.#last.compiled.memory(this.#leaves.length);
    throw new TreeError(
      "stateful: no step has been made, so there is no program that takes memory.",
      "Make one step.",
    );
  }

  explain(): string {
    return this.#last
      ? explain(this.#last.compiled)
      : "stateful: no step has been made, so there are no types to explain.";
  }

  dispose(): void {
    for (const { compiled } of this.#entries.values()) compiled.dispose();
    this.#entries.clear();
    for (const { path, leaf } of this.#leaves)
      leaf.retire(`${path} belonged to a stateful step that has been disposed of.`);
    this.#disposed = true;
  }

  #alive(): void {
    if (this.#disposed) throw new StaleError("stateful: it has been disposed of.");
  }

  #compile(x: unknown, types: string): Entry {
    const start = performance.now();
    const { state, given, result } = building(this.#options.onError, () => {
      const state = symbolic(this.state, undefined, 0);
      const given = symbolic(x, undefined, 1);
      return { state, given, result: this.#step(state.tree, given.tree) };
    });
    if (!Array.isArray(result) || result.length !== 2)
      throw new TreeError("stateful: the step returned no pair.", "A step returns [state, output].");
    const [next, output] = result as readonly [unknown, unknown];
    sameTree(
      "stateful",
      { name: "the step returned state", tree: next },
      { name: "the initial state is", tree: this.#like },
      "A step returns every key of the state, under the name it came in with.",
    );
    const nexts = returned("stateful", next).map(({ leaf }) => leaf);
    checkTypes(
      this.#leaves,
      nexts,
      (name, before, after) => `${name} is ${before} before the step and ${after} after`,
    );
    const compiled = new CompiledGraph(
      [...state.inputs, ...given.inputs],
      [...returned("stateful", next), ...returned("stateful", output)],
      this.#options,
      // Nobody can read the old state, so the new one may be written over it.
      nexts.map((_, i) => [i, i]),
    );
    checkKeysMoveOn(compiled, state.inputs, nexts);
    const entry = { compiled, outputOf: unflattener(output) };
    this.#entries.set(types, entry);
    this.#options.onCompile?.(types, performance.now() - start);
    return entry;
  }

  /** Swap the state. Whoever kept a tensor of the old one is told so when reading it. */
  #replace(tensors: readonly Tensor[], how: string | undefined): void {
    const old = this.#leaves;
    if (old.every(({ leaf }, i) => leaf === tensors[i])) return;
    this.#seen = old.map(({ leaf }, i) => leaf === tensors[i] && this.#seen[i]!);
    this.#leaves = old.map(({ path }, i) => ({ path, leaf: tensors[i]! }));
    old.forEach(({ path, leaf }, i) => {
      if (leaf !== tensors[i])
        leaf.retire(
          how
            ? `${path} ${how} after step ${this.#steps}.`
            : `${path} was read at step ${this.#steps - 1}, now ${this.#steps}.`,
        );
    });
  }
}

function checkTypes(
  leaves: readonly Leaf<Tensor>[],
  now: readonly { readonly type: Tensor["type"] }[],
  text: (name: string, a: string, b: string) => string,
): void {
  const wrong = leaves.flatMap(({ path, leaf }, i) =>
    sameType(leaf.type, now[i]!.type)
      ? []
      : [text(named(path, "state"), formatType(leaf.type), formatType(now[i]!.type))],
  );
  if (wrong.length > 0)
    throw new ShapeError(
      `stateful: ${wrong.slice(0, 3).join("; ")}${wrong.length > 3 ? ` (and ${wrong.length - 3} more)` : ""}.`,
    );
}

function checkKeysMoveOn({ graph }: CompiledGraph, state: readonly Value[], next: readonly Value[]): void {
  const uses = usesOf(graph);
  const stuck = state.find((x, i) => x === next[i] && uses.has(x));
  if (!stuck) return;
  const [user] = uses.get(stuck)!;
  throw new KeyError(
    `random: state.${stuck.label} is returned unchanged after being used by ${user!.op.name}.`,
    "Fork it, use one part and return the other.",
  );
}
