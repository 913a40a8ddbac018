/** What a model's cells hold while it reads. */
import {
  compile,
  flatten,
  fromArray,
  input,
  nodesOf,
  softmax,
  unflatten,
  watch,
  type Graph,
  type ParamSpec,
  type StateSpec,
  type Tensor,
  type Tensors,
  type Value,
} from "@unroll/core";
import type { Carry, Model, Params } from "../model/model.ts";

/** A text as a model has read it. */
export interface Recording {
  readonly ids: Int32Array;
  /** What each cell is called, `1.c.17`: its layer, its state and its unit. */
  readonly names: readonly string[];
  /** What each cell holds after every symbol, in the order of the names. */
  readonly activations: readonly Float32Array[];
  readonly gates: readonly GateRecord[];
  /** The likeliest next symbols after each one, the likeliest first. */
  readonly expected: readonly (readonly Guess[])[];
}

export interface Guess {
  readonly id: number;
  readonly odds: number;
}

/** How often a gate was as good as shut or open, by its units. */
export interface GateRecord {
  readonly layer: number;
  readonly name: string;
  /** Shares of time below 0.1 and above 0.9. */
  readonly shut: Float64Array;
  readonly open: Float64Array;
}

/** Symbols that are read by one call. */
const piece = 100;

/** How many guesses are kept. */
const guesses = 5;

/** Read a text from its beginning and keep what the cells hold. */
export function record(model: Model, params: Tensors<Params>, ids: Int32Array): Recording {
  const gateNames = gatesOf(model);
  const watched = compile(watch(openly(model), gateNames));
  const places = shownPaths(model);
  const activations = places.map(({ size }) =>
    Array.from({ length: size }, () => new Float32Array(ids.length)),
  );
  const expected: (readonly Guess[])[] = [];
  const counts = new Map<string, readonly GateCount[]>();
  let carry = model.start(1);
  for (let at = 0; at < ids.length; at += piece) {
    const part = ids.slice(at, at + piece);
    const x = fromArray({ dtype: "i32", shape: [part.length, 1] }, part);
    const [{ next, odds, after }, gates] = watched(params, carry, x);
    carry = next;
    after.forEach(({ data }, i) => scatter(data, activations[i]!, at));
    expected.push(...guessesIn(odds));
    for (const name of gateNames)
      counts.set(
        name,
        gates[name]!.map((gate, layer) => counted(gate, counts.get(name)?.[layer])),
      );
  }
  watched.dispose();
  const names = places.flatMap(({ name, size }) =>
    Array.from({ length: size }, (_, unit) => `${name}.${unit}`),
  );
  return { ids, names, activations: activations.flat(), gates: sharesOf(counts, ids.length), expected };
}

/** What is read: the odds of the next symbol, and what the cells hold after each. */
const openly = (model: Model) => (params: Params, carry: Carry, x: Value) => {
  const [next, logits, after] = model.readOpenly(params, carry, x);
  return { next, odds: softmax(logits), after: shown(model, after) };
};

/** Counts as shares of time. */
const sharesOf = (counts: ReadonlyMap<string, readonly GateCount[]>, time: number): readonly GateRecord[] =>
  [...counts].flatMap(([name, layers]) =>
    layers.map(({ shut, open }, i) => ({
      layer: i + 1,
      name,
      shut: shut.map((count) => count / time),
      open: open.map((count) => count / time),
    })),
  );

interface Shown {
  readonly path: string;
  /** `1.c` for `[0].c`, whatever wrappers have put between. */
  readonly name: string;
  readonly size: number;
}

/** The states that are numbers of cells, and no clocks or masks. */
function shownPaths(model: Model): readonly Shown[] {
  return flatten(model.carry).flatMap(({ path, leaf }) => {
    const { shape, dtype, init } = leaf as StateSpec;
    if (typeof init !== "number" || (dtype !== undefined && dtype !== "f32")) return [];
    const [, layer = "0", rest = ""] = /^\[(\d+)\]\.?(.*)$/.exec(path)!;
    const name = [Number(layer) + 1, ...rest.split(".").filter((key) => key !== "" && key !== "cell")].join(
      ".",
    );
    return [{ path, name, size: shape.reduce((product, n) => product * n, 1) }];
  });
}

function shown(model: Model, after: Carry): readonly Value[] {
  const byPath = new Map(flatten(after).map(({ path, leaf }) => [path, leaf as Value]));
  return shownPaths(model).map(({ path }) => byPath.get(path)!);
}

/** [T, 1, ...] into a row for every unit. */
function scatter(data: Tensor["data"], rows: readonly Float32Array[], at: number): void {
  const steps = data.length / rows.length;
  for (let t = 0; t < steps; t++) rows.forEach((row, unit) => (row[at + t] = data[t * rows.length + unit]!));
}

function guessesIn({ data, shape }: Tensor): readonly (readonly Guess[])[] {
  const [steps = 0, , symbols = 0] = shape;
  return Array.from({ length: steps }, (_, t) => {
    const odds = data.subarray(t * symbols, (t + 1) * symbols);
    const order = Array.from(odds, (_, id) => id).sort((a, b) => odds[b]! - odds[a]! || a - b);
    return order.slice(0, guesses).map((id) => ({ id, odds: odds[id]! }));
  });
}

interface GateCount {
  readonly shut: Float64Array;
  readonly open: Float64Array;
}

function counted({ data, shape }: Tensor, before?: GateCount): GateCount {
  const units = shape.slice(2).reduce((product, n) => product * n, 1);
  const { shut, open } = before ?? { shut: new Float64Array(units), open: new Float64Array(units) };
  data.forEach((x, i) => {
    if (x < 0.1) shut[i % units]!++;
    if (x > 0.9) open[i % units]!++;
  });
  return { shut, open };
}

/** The labels of gates: of what a sigmoid gives, wherever it stands in the cells. */
export function gatesOf(model: Model): readonly string[] {
  const carry = symbolic(model.carry, (leaf) => ({
    dtype: (leaf as StateSpec).dtype ?? "f32",
    shape: [1, ...(leaf as StateSpec).shape],
  }));
  const params = symbolic(model.spec, (leaf) => ({ dtype: "f32", shape: (leaf as ParamSpec).shape }));
  const x = input({ dtype: "i32", shape: [1, 1] });
  const [, logits] = model.read(params as Params, carry as Carry, x);
  const labels = valuesIn({ inputs: [], outputs: [logits] })
    .filter(({ node }) => node.op.name === "sigmoid")
    .flatMap((value) => value.labels);
  return [...new Set(labels)].sort();
}

function symbolic(tree: unknown, typeOf: (leaf: unknown) => Value["type"]): unknown {
  return unflatten(
    tree,
    flatten(tree).map(({ leaf }) => input(typeOf(leaf))),
  );
}

const valuesIn = (within: Graph): readonly Value[] =>
  nodesOf(within).flatMap((node) => [
    ...node.outputs,
    ...(node.op.bodies?.(node.attrs) ?? []).flatMap(valuesIn),
  ]);
