import { flatten, ShapeError, unflatten, type StateSpec, type Values } from "@unroll/core";
import { layerNorm, type LayerNormParams } from "../feedforward/layer-norm.ts";
import type { Cell } from "../spec/cell.ts";
import { withNewStates } from "./new-states.ts";
import { perFloat, type PerLeaf } from "./per-leaf.ts";

/** The gain and bias of each of some states. */
export type StateNorms<S> = S extends StateSpec
  ? LayerNormParams | undefined
  : { readonly [K in keyof S]: StateNorms<S[K]> | undefined };

/** The parameters of the cell, and those of its states' norms. */
export interface LayerNormStatesParams<P, S> {
  readonly cell: P;
  readonly norms: StateNorms<S>;
}

/**
 * A cell whose new states are normalised before anything sees them but its own step.
 *
 *     [s~, y] = step(s, x)
 *     s'      = gain (s~ - mean) / sqrt(variance + epsilon) + bias        along the last axis
 *
 * `which` says of which states, as `true` for every state below its place in the tree; by default all floats. An
 * output that is a new state, as that of an LSTM, is s'. What normalises between a product and its gate is a cell
 * of its own.
 *
 * Parameters are { cell, norms }, states and shapes are those of the cell.
 * Throws: TreeError for a state that there is not; ShapeError for one without an axis; DTypeError for an integer.
 * Source: Ba, Kiros and Hinton, Layer Normalization, 2016, eq. 4, without its activation.
 *
 *     const cell = layerNormStates(rnn(64, 128, { activation: relu, recurrentInit: identity() }));
 */
export function layerNormStates<P, S, X, Y>(
  cell: Cell<P, S, X, Y>,
  which: PerLeaf<NoInfer<S>, true> = true as PerLeaf<NoInfer<S>, true>,
  options: { readonly epsilon?: number } = {},
): Cell<LayerNormStatesParams<P, S>, S, X, Y> {
  const layers = new Map(
    perFloat<true>("layerNormStates", cell.state, which).map(
      ({ path, leaf: { shape } }) => [path, layerNorm(lastOf(path, shape), options)] as const,
    ),
  );
  const norms = flatten(cell.state).map(({ path }) => layers.get(path)?.params);
  return {
    params: { cell: cell.params, norms: unflatten<unknown>(cell.state, norms) as StateNorms<S> },
    state: cell.state,
    step(params, state, x, key) {
      const normsAt = normsOf(params.norms, [...layers.keys()]);
      return withNewStates(cell.step(params.cell, state, x, key), (path, s) => {
        const layer = layers.get(path);
        return layer ? layer.apply(normsAt.get(path)!, s) : s;
      });
    },
  };
}

function lastOf(path: string, shape: readonly number[]): number {
  const size = shape.at(-1);
  if (size !== undefined) return size;
  throw new ShapeError(`layerNormStates: ${path || "the state"} is a number per sequence.`, "Leave it out.");
}

/** The parameters of the norms by the path of their state. */
function normsOf(norms: unknown, paths: readonly string[]): ReadonlyMap<string, Values<LayerNormParams>> {
  const values = new Map(flatten(norms).map(({ path, leaf }) => [path, leaf]));
  const at = (path: string, name: string): unknown => values.get(path === "" ? name : `${path}.${name}`);
  return new Map(
    paths.map((path) => [
      path,
      { gain: at(path, "gain"), bias: at(path, "bias") } as Values<LayerNormParams>,
    ]),
  );
}
