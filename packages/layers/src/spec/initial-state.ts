import {
  DTypeError,
  fork,
  formatType,
  full,
  isValue,
  leaves,
  sameTree,
  ShapeError,
  unflatten,
  type StateSpec,
  type TensorType,
  type Value,
  type Values,
} from "@unroll/core";
import { checkFloat } from "./init.ts";
import { checkSizes } from "./size.ts";
import { named, stateSpecs } from "./specs.ts";

/** What `initialState` has to know. */
export interface InitialStateOptions {
  /** Number of sequences. */
  readonly batch: number;
  /** The dtype of states that do not have their own. */
  readonly dtype: "f32" | "f64";
  /** For states that draw. Without it they start from what stands for no noise. */
  readonly key?: Value | undefined;
}

/**
 * What sequences start from, as values of the graph.
 *
 * States that draw get a key of their own each, forked from `key`; without one they are told so. `evaluate`
 * makes tensors of the result.
 *
 * Shapes: every leaf is [batch, ...], as `state` says.
 * Throws: TreeError when a leaf is no state's spec; ShapeError when the batch is no size, or a state's own
 * function makes something else than its type.
 *
 *     const carry = evaluate(initialState(rnn.state, { batch: 50, dtype: "f32" }));
 */
export function initialState<S>(spec: S, options: InitialStateOptions): Values<S> {
  const { batch, dtype, key } = options;
  checkSizes("initialState", { batch });
  checkFloat("initialState", dtype);
  const specs = stateSpecs("initialState", spec);
  const keyOf = keysFor(specs, key);
  const values = specs.map(({ path, leaf }) => {
    const type = { dtype: leaf.dtype ?? dtype, shape: [batch, ...leaf.shape] };
    return typeof leaf.init === "number"
      ? full(leaf.init, type)
      : drawn("initialState", path, leaf.init, type, keyOf(path));
  });
  return unflatten<unknown>(spec, values) as Values<S>;
}

/**
 * The same state with the leaves drawn again whose spec draws, each from a key of its own.
 *
 * A stream that never ends has no first step at which to draw one mask per sequence: it calls this per
 * chunk.
 *
 * Shapes: as `state`.
 * Throws: TreeError when a leaf of the spec is no state's spec or the trees differ.
 */
export function redraw<S>(spec: S, state: NoInfer<Values<S>>, key: Value): Values<S> {
  sameTree("redraw", { name: "the state is", tree: state }, { name: "the spec is", tree: spec });
  const specs = stateSpecs("redraw", spec);
  const keyOf = keysFor(specs, key);
  const values = leaves(state).map(({ path, leaf: old }, i) => {
    const { init } = specs[i]!.leaf;
    return typeof init === "number" ? old : drawn("redraw", path, init, old.type, keyOf(path));
  });
  return unflatten<unknown>(spec, values) as Values<S>;
}

interface At {
  readonly path: string;
  readonly leaf: StateSpec;
}

/** A key for every leaf that draws, so that no two draw alike. */
function keysFor(specs: readonly At[], key: Value | undefined): (path: string) => Value | undefined {
  const drawing = specs.filter(({ leaf }) => typeof leaf.init !== "number").map(({ path }) => path);
  if (key === undefined || drawing.length === 0) return () => undefined;
  const keys = fork(key, drawing.length);
  return (path) => keys[drawing.indexOf(path)];
}

function drawn(
  caller: string,
  path: string,
  init: Exclude<StateSpec["init"], number>,
  type: TensorType,
  key: Value | undefined,
): Value {
  const value: unknown = init(type, key);
  if (!isValue(value)) throw new DTypeError(`${caller}: ${named(path)}: its init made no Value.`);
  if (formatType(value.type) === formatType(type)) return value;
  throw new ShapeError(
    `${caller}: ${named(path)} is ${formatType(type)}, and its init made ${formatType(value.type)}.`,
    "Make a value of the type that init is given, e.g. full(1, type).",
  );
}
