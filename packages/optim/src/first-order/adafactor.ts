import {
  add,
  cast,
  div,
  flatten,
  leaves,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  pow,
  rsqrt,
  sqrt,
  square,
  sub,
  unflatten,
  unsqueeze,
  type TensorType,
  type Value,
} from "@unroll/core";
import { expectIn, expectParts, expectSameLeaves } from "../expect.ts";
import { counter, eachLeaf, filled, type Memory } from "../memory.ts";
import { expectRate, rateAt, type Rate } from "../rate.ts";
import type { Transform } from "../transform.ts";

/** What makes Adafactor. */
export interface AdafactorOptions {
  /** The largest relative step, which also falls as 1 / sqrt(step). Default: 0.01. */
  readonly learningRate?: Rate;
  /** The mean square keeps 1 - step^-decay of itself. Default: 0.8. */
  readonly decay?: number;
  /** Added to the square of every gradient. Default: 1e-30. */
  readonly epsilon?: number;
  /** The least size that a leaf is taken to have. Default: 1e-3. */
  readonly leastScale?: number;
  /** What the root of the mean square of an update is brought to at most. Default: 1. */
  readonly clip?: number;
}

/**
 * Adafactor: Adam without a mean, whose mean squares of a matrix are kept as those of its rows and columns, and whose
 * steps are relative to the size of each leaf: rows + columns numbers are remembered instead of twice rows columns.
 *
 * Leaves of two axes and more are factored over the last two.
 *
 * Throws: UnrollError; TreeError, ShapeError when memory, gradients and parameters do not fit each other.
 * Source: Shazeer and Stern, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, 2018, algorithms 4 and 5.
 */
export function adafactor(options: AdafactorOptions = {}): Transform {
  const rule = checked(options);
  return {
    init: (params) => ({
      step: counter(),
      rows: eachLeaf("adafactor", params, ({ type }) => start(rowsOf(type))),
      columns: eachLeaf("adafactor", params, ({ type }) => start(columnsOf(type))),
      meanSquare: eachLeaf("adafactor", params, ({ type }) => start(wholeOf(type))),
    }),
    update<P>(grads: P, memory: Memory, params: P) {
      expectParts("adafactor", memory, ["step", "rows", "columns", "meanSquare"]);
      expectSameLeaves("adafactor", ["the gradients have", grads], ["the parameters have", params]);
      const at = Object.fromEntries(
        (["rows", "columns", "meanSquare"] as const).map((name) => [name, byPath(memory[name])]),
      );
      const made = memory["step"] as Value;
      const xs = leaves(params);
      const moved = leaves(grads).map(({ path, leaf: g }, i) => {
        const old = { rows: at["rows"]!.get(path), columns: at["columns"]!.get(path) };
        return move(rule, made, g, xs[i]!.leaf, { ...old, meanSquare: at["meanSquare"]!.get(path) });
      });
      const tree = (part: keyof Moments): Memory =>
        unflatten(
          params,
          moved.map(({ moments }) => moments[part]),
        ) as unknown as Memory;
      const next = { rows: tree("rows"), columns: tree("columns"), meanSquare: tree("meanSquare") };
      return [
        unflatten(
          grads,
          moved.map(({ update }) => update),
        ),
        { step: add(made, 1), ...next },
      ];
    },
  };
}

/** What is remembered of a leaf: rows and columns, or the whole. */
interface Moments {
  readonly rows?: Value | undefined;
  readonly columns?: Value | undefined;
  readonly meanSquare?: Value | undefined;
}

function checked(options: AdafactorOptions): Required<AdafactorOptions> {
  const { learningRate = 1e-2, decay = 0.8, epsilon = 1e-30, leastScale = 1e-3, clip = 1 } = options;
  expectRate("adafactor", "learningRate", learningRate);
  expectIn("(0, 1]", "adafactor", { decay });
  expectIn("[0, Infinity)", "adafactor", { epsilon, leastScale });
  expectIn("(0, Infinity]", "adafactor", { clip });
  return { learningRate, decay, epsilon, leastScale, clip };
}

const start = (type: TensorType | undefined) => type && filled(type, 0);
const isFactored = ({ shape }: TensorType): boolean => shape.length > 1;
const without = ({ dtype, shape }: TensorType, axis: number): TensorType => ({
  dtype,
  shape: shape.toSpliced(axis, 1),
});
const rowsOf = (type: TensorType) => (isFactored(type) ? without(type, -1) : undefined);
const columnsOf = (type: TensorType) => (isFactored(type) ? without(type, -2) : undefined);
const wholeOf = (type: TensorType) => (isFactored(type) ? undefined : type);

const byPath = (tree: unknown): ReadonlyMap<string, Value> =>
  new Map(flatten(tree).map(({ path, leaf }) => [path, leaf as Value]));

function move(
  { learningRate, decay, epsilon, leastScale, clip }: Required<AdafactorOptions>,
  made: Value,
  g: Value,
  x: Value,
  old: Moments,
): { readonly update: Value; readonly moments: Moments } {
  const before = cast(made, g.type.dtype);
  const step = add(before, 1);
  const fresh = pow(step, -decay);
  const { moments, estimate } = estimated(add(square(g), epsilon), fresh, old);
  const direction = mul(g, estimate);
  const clipped = div(direction, maximum(1, div(rms(direction), clip)));
  const relative = minimum(rateAt("adafactor", learningRate, before), rsqrt(step));
  return { update: neg(mul(mul(maximum(rms(x), leastScale), relative), clipped)), moments };
}

const rms = (x: Value): Value => sqrt(mean(square(x)));

/** One over the root of the mean square after one more square, of which `fresh` goes in. */
function estimated(
  squares: Value,
  fresh: Value,
  old: Moments,
): { readonly moments: Moments; readonly estimate: Value } {
  const mixed = (x: Value, now: Value): Value => add(x, mul(fresh, sub(now, x)));
  if (old.rows === undefined || old.columns === undefined) {
    const meanSquare = mixed(old.meanSquare!, squares);
    return { moments: { meanSquare }, estimate: rsqrt(meanSquare) };
  }
  const rows = mixed(old.rows, mean(squares, { axis: -1 }));
  const columns = mixed(old.columns, mean(squares, { axis: -2 }));
  // The product of both over the mean of either, root by root, so that small numbers do not vanish.
  const ofRows = rsqrt(div(rows, mean(rows, { axis: -1, keepDims: true })));
  const estimate = mul(unsqueeze(ofRows, -1), unsqueeze(rsqrt(columns), -2));
  return { moments: { rows, columns }, estimate };
}
