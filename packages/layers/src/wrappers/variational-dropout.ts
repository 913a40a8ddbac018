import {
  flatten,
  full,
  isValue,
  leaves,
  mul,
  nodesOf,
  rewrite,
  TreeError,
  unflatten,
  type StateInit,
  type StateSpec,
  type Value,
  type Values,
} from "@unroll/core";
import { dropout } from "../feedforward/dropout.ts";
import type { Cell } from "../spec/cell.ts";
import { state } from "../spec/param.ts";
import { checkRate } from "../spec/rate.ts";
import { checkSizes } from "../spec/size.ts";
import { perFloat, type PerLeaf } from "./per-leaf.ts";

/** A mask for each of some states. */
export type Masks<S> = S extends StateSpec
  ? StateSpec | undefined
  : { readonly [K in keyof S]: Masks<S[K]> | undefined };

/** The states of the cell, and the masks of this sequence. */
export interface VariationalState<S> {
  readonly cell: S;
  readonly masks: { readonly input: StateSpec | undefined; readonly state: Masks<S> };
}

/** What is dropped of a sequence, and how often. */
export interface VariationalRates<S> {
  /** Of inputs, and how many features these have. */
  readonly input?: { readonly size: number; readonly rate: number };
  /** Of states, where products read them. A rate stands for all floats below its place in the tree. */
  readonly state?: PerLeaf<S, number>;
}

/**
 * A cell with the same units dropped at all steps of a sequence: one mask for its input, one for each of its
 * states.
 *
 *     z = sigmoid((m x) wx + (n h) wh + b)        each gate; m and n are 0 or 1 / (1 - rate)
 *
 * A state is dropped on its way into products and passes by as it is everywhere else: what a GRU keeps of h is
 * not dropped, nor is it scaled at every step. Wrap the layers of a stack rather than the stack: the lower
 * layer's output, on its way into the products of the upper one, is made of the lower one's dropped state.
 *
 * The masks are states that do not change, drawn by `initialState` with a key, ones without; `redraw` draws them
 * again for a stream that never ends. They count in steps with a key, and are ignored in those without.
 *
 * Parameters and shapes are those of the cell; states are { cell, masks }.
 * Throws: UnrollError for a rate outside of [0, 1); ShapeError for a size that is none; TreeError for a rate of a
 * state that there is not or that no product reads, or of an input that is a tree; DTypeError for that of an
 * integer.
 * Source: Gal and Ghahramani, A Theoretically Grounded Application of Dropout in Recurrent Neural Networks, 2016,
 * eq. 7.
 *
 *     const rnn = variationalDropout(lstm(64, 128), { input: { size: 64, rate: 0.3 }, state: { h: 0.3 } });
 *     const start = initialState(rnn.state, { batch: 50, dtype: "f32", key });
 */
export function variationalDropout<P, S, X, Y>(
  cell: Cell<P, S, X, Y>,
  rates: VariationalRates<NoInfer<S>>,
): Cell<P, VariationalState<S>, X, Y> {
  return {
    params: cell.params,
    state: { cell: cell.state, masks: masksOf(cell.state, rates) },
    step(params, { cell: before, masks }, x, key) {
      const run = (s: unknown, x: unknown): readonly [Values<S>, Y] =>
        cell.step(params, s as Values<S>, x as X, key);
      const given: Given = { state: before, x, masks };
      const [next, y] = key === undefined ? run(before, x) : masked(given, run);
      return [{ cell: next, masks }, y];
    },
  };
}

function masksOf<S>(states: S, { input, state: rates }: VariationalRates<S>): VariationalState<S>["masks"] {
  if (input) {
    checkSizes("variationalDropout", { "input.size": input.size });
    checkRate("variationalDropout", "input", input.rate);
  }
  const masks = new Map<string, StateSpec>();
  for (const { path, leaf, choice } of perFloat<number>("variationalDropout", states, rates)) {
    checkRate("variationalDropout", `state ${path}`, choice);
    const { shape, dtype } = leaf;
    masks.set(path, state(shape, { init: maskOf(choice), ...(dtype && { dtype }) }));
  }
  return {
    input: input && state(input.size, { init: maskOf(input.rate) }),
    state: unflatten<unknown>(
      states,
      flatten(states).map(({ path }) => masks.get(path)),
    ) as Masks<S>,
  };
}

const maskOf =
  (rate: number): StateInit =>
  (type, key) =>
    dropout(full(1, type), rate, key);

/** What a step is given, and the masks of the sequence. */
interface Given {
  readonly state: unknown;
  readonly x: unknown;
  readonly masks: { readonly input: Value | undefined; readonly state: unknown };
}

/**
 * The step on masked states, up to its products; and from these on with the states as they are.
 */
function masked<S, Y>(
  { state: before, x, masks }: Given,
  run: (state: unknown, x: unknown) => readonly [S, Y],
): readonly [S, Y] {
  const masksAt = new Map(leaves(masks.state).map(({ path, leaf }) => [path, leaf]));
  const given = leaves(before).map(({ path, leaf }) => {
    const mask = masksAt.get(path);
    return { path, leaf, read: mask ? mul(mask, leaf) : leaf };
  });
  const states = given.map(({ read }) => read);
  const [after, y] = run(unflatten<unknown>(before, states), maskedInput(x, masks.input));
  const next = leaves(after).map(({ leaf }) => leaf);
  const outputs = [...next, ...leaves(y).map(({ leaf }) => leaf)];
  const dropped = given.filter(({ leaf, read }) => leaf !== read);
  const products = productsAfter(dropped[0]?.read, outputs);
  checkRead(products, dropped);
  const asItIs = new Map(dropped.map(({ leaf, read }) => [read, leaf]));
  const { outputs: unmasked } = rewrite({ inputs: products, outputs }, ({ outputs: [z] }) => {
    const leaf = z && asItIs.get(z);
    return leaf && [leaf];
  });
  return [unflatten(after, unmasked.slice(0, next.length)), unflatten(y, unmasked.slice(next.length))];
}

function maskedInput(x: unknown, mask: Value | undefined): unknown {
  if (!mask) return x;
  if (isValue(x)) return mul(mask, x);
  throw new TreeError(
    "variationalDropout: there is a rate for the input, which is a tree.",
    "Drop its leaves in a cell of your own, with masks that are states.",
  );
}

/** What contractions give that the step made: those after `first`, which was made right before it. */
function productsAfter(first: Value | undefined, outputs: readonly Value[]): readonly Value[] {
  if (!first) return [];
  return nodesOf({ inputs: [], outputs })
    .filter(({ id, op }) => id > first.node.id && op.traits?.contraction)
    .flatMap((node) => node.outputs);
}

/** A rate that changes nothing would be a silent mistake. */
function checkRead(
  products: readonly Value[],
  dropped: readonly { readonly path: string; readonly read: Value }[],
): void {
  const used = new Set(nodesOf({ inputs: [], outputs: products }));
  const idle = dropped.find(({ read }) => !used.has(read.node));
  if (!idle) return;
  throw new TreeError(
    `variationalDropout: there is a rate for state ${idle.path}, and no product of the step reads it.`,
    "Give rates by name to the states that recurrent weights multiply.",
  );
}
