import {
  compile,
  flatten,
  fromArray,
  TreeError,
  unflatten,
  UnrollError,
  variance,
  type Tensor,
  type TreeOf,
  type Value,
  type Values,
} from "@unroll/core";

/** When the variance of an output is near enough to 1. */
export interface LsuvOptions {
  /** How far from 1 it may be. Default: 0.1. */
  readonly tolerance?: number;
  /** How often the weights of a layer are scaled before it is given up. Default: 10. */
  readonly iterations?: number;
}

/** The paths of weights, and the output that they make. */
export type LsuvLayer = readonly [weights: readonly string[], output: Value];

/**
 * Weights scaled so that the output of every layer has the variance 1 on a batch of data, layer after layer.
 *
 *     for each layer, from the first to the last:
 *       while |Var(output) - 1| > tolerance:  W = W / sqrt(Var(output))
 *
 * `layers` is a function of the graph that lists, in this order, the paths of weights and the output that they make,
 * before its activation. All weights named for one output are scaled alike. Of a recurrent layer name the weights of
 * its input: the output of all steps is about a multiple of these, and a power of the recurrent ones. Start from
 * `orthogonal` weights, as the paper does. The result is new tensors.
 *
 * Throws: TreeError for a path that there is not; UnrollError when scaling does not lead to the variance 1.
 * Source: Mishkin and Matas, All you need is a good init, 2016, algorithm 1.
 *
 *     const params = lsuv(init(paramsOf(model), 1), batch, (p, { x }) => {
 *       const z = model.first.apply(p.first, x);
 *       return [[["first.w"], z], [["second.w"], model.second.apply(p.second, relu(z))]];
 *     });
 */
export function lsuv<P, B>(
  params: P & TreeOf<P, Tensor>,
  batch: B & TreeOf<B, Tensor>,
  layers: (params: Values<P>, batch: Values<B>) => readonly LsuvLayer[],
  options: LsuvOptions = {},
): P {
  const { tolerance = 0.1, iterations = 10 } = options;
  const tensors = new Map(flatten(params).map(({ path, leaf }) => [path, leaf as Tensor]));
  const paths: (readonly string[])[] = [];
  const program = compile((p: Values<P>, b: Values<B>) =>
    layers(p, b).map(([weights, output]) => {
      paths.push(weights);
      return variance(output);
    }),
  );
  const run = program as unknown as (params: P, batch: B) => readonly Tensor[];
  const current = (): P => unflatten<P>(params, [...tensors.values()]);
  const variances = (): readonly number[] => run(current(), batch).map(({ data }) => data[0]!);
  variances();
  for (const path of paths.flat()) {
    if (!tensors.has(path)) throw new TreeError(`lsuv: there is no ${path} among the parameters.`);
  }
  paths.forEach((weights, layer) => {
    for (let i = 0; ; i++) {
      const v = variances()[layer]!;
      if (Math.abs(v - 1) <= tolerance) break;
      if (i === iterations || !(v > 0 && v < Infinity)) throw stuck(weights, v, i);
      for (const path of weights) tensors.set(path, scaled(tensors.get(path)!, 1 / Math.sqrt(v)));
    }
  });
  program.dispose();
  return current();
}

const scaled = ({ type, data }: Tensor, factor: number): Tensor =>
  fromArray(
    type,
    data.map((w) => factor * w),
  );

const stuck = (weights: readonly string[], v: number, iterations: number): UnrollError =>
  new UnrollError(
    `lsuv: the output of ${weights.join(", ")} has the variance ${v} after ${iterations} iterations.`,
    "List the output before its activation, and give a batch in which it differs.",
  );
