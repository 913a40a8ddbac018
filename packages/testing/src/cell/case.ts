import {
  constant,
  evaluate,
  flatten,
  fromArray,
  randomKey,
  unflatten,
  type Engine,
  type Tensor,
  type Value,
  type Values,
} from "@unroll/core";
import { init, initialState, type Cell, type UnrollOptions } from "@unroll/layers";
import { uniformNumbers } from "../random.ts";
import { widenTensor } from "../widen.ts";

/** A cell of any type. */
export type AnyCell = Cell<unknown, unknown, unknown, unknown>;

/** A loop that runs a cell along a sequence, as `unroll` does. */
export type Unroll = <P, S, X, Y>(
  cell: Cell<P, S, X, Y>,
  params: Values<P>,
  state: Values<S>,
  xs: X,
  options: UnrollOptions<S>,
) => readonly [Values<S>, Y];

/** The same, of trees of any type. */
export type AnyUnroll = (
  cell: AnyCell,
  params: unknown,
  state: unknown,
  xs: unknown,
  options: UnrollOptions<unknown>,
) => readonly [state: unknown, ys: unknown];

/** How large a cell is, and what it runs along. */
export interface Sizes {
  /** Features of an input. */
  readonly inputs: number;
  readonly hidden: number;
  readonly steps: number;
  readonly batch: number;
}

/** What fast-check draws, and shrinks. */
export interface Draft extends Sizes {
  readonly lengths: readonly number[];
  /** Steps of a chunk. */
  readonly chunk: number;
  readonly reverse: boolean;
  readonly training: boolean;
  /** Of parameters, states, keys, weights and directions. */
  readonly seed: number;
  readonly xs: unknown;
  readonly state: unknown;
}

/** What does not change from case to case. */
export interface Subject {
  make(inputs: number, hidden: number): AnyCell;
  /** Whether the sizes of the cell are drawn. */
  readonly isMade: boolean;
  /** Whether any numbers are inputs, large ones too. */
  readonly anyInputs: boolean;
  readonly params: unknown;
  readonly order: 1 | 2;
  /** f64 for a cell that takes nothing else. */
  readonly dtype: "f64" | undefined;
  readonly unroll: AnyUnroll;
  readonly engine: () => Engine;
}

/** One run of a cell: everything that a rule may ask for. */
export interface Case extends Draft {
  readonly subject: Subject;
  readonly cell: AnyCell;
  /** Trees of tensors, floats in f64. */
  readonly given: Given;
  /** For a run with noise. */
  readonly key: Tensor | undefined;
}

/** What a cell is run on. */
export interface Given {
  readonly params: unknown;
  readonly state: unknown;
  readonly xs: unknown;
}

/** Throws: what making the cell throws. */
export function caseOf(draft: Draft, subject: Subject): Case {
  const { inputs, hidden, batch, seed } = draft;
  const cell = subject.make(inputs, hidden);
  const random = uniformNumbers(seed);
  const near = (x: Tensor): Tensor => nearby(x, random);
  const params = subject.params ?? mapTensors(init(cell.params, seed, { dtype: "f64" }), near);
  const start = (): unknown => mapTensors(evaluate(initialState(cell.state, { batch, dtype: "f64" })), near);
  return {
    ...draft,
    subject,
    cell,
    given: {
      params: mapTensors(params, widenTensor),
      state: mapTensors(draft.state ?? start(), widenTensor),
      xs: mapTensors(draft.xs, widenTensor),
    },
    key: draft.training ? randomKey(seed) : undefined,
  };
}

/** A tensor whose floats are off by up to 1/2, so that what starts at zero is not left unseen. */
function nearby(x: Tensor, random: () => number): Tensor {
  if (x.type.dtype !== "f64") return x;
  return fromArray(
    x.type,
    Float64Array.from(x.data, (n) => n + random() - 0.5),
  );
}

/** The tree with another tensor at every leaf. */
export function mapTensors(tree: unknown, f: (x: Tensor) => Tensor): unknown {
  const leaves = flatten(tree).map(({ leaf }) => f(leaf as Tensor));
  return unflatten(tree, leaves);
}

/** The key of a case, for a graph. */
export const keyOf = ({ key }: Case): Value | undefined => key && constant(key);

/** The tensors of a tree with their paths. */
export const tensorsOf = (tree: unknown): readonly { readonly path: string; readonly leaf: Tensor }[] =>
  flatten(tree) as { path: string; leaf: Tensor }[];
