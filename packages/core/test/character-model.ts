import {
  crossEntropy,
  gradient,
  graph,
  input,
  leaves,
  mapTree,
  mean,
  type DType,
  type Graph,
  type Value,
  type Values,
} from "@unroll/core";
import { embedding, linear, lstm, paramsOf, stackCells, unroll } from "@unroll/layers";
import { applyUpdates, chain, clipValue, rmsprop } from "@unroll/optim";
import { flatten, rebuild } from "../src/tensor/tree.ts";

/** Sizes of a character model, and whether its two layers are one cell or run one after the other. */
export interface CharacterModel {
  readonly steps: number;
  readonly batch: number;
  readonly hidden: number;
  readonly vocabulary: number;
  readonly stacked: boolean;
}

const value = (dtype: DType, shape: readonly number[], label: string): Value =>
  input({ dtype, shape }, label);

/** An input for every parameter of a tree of specs. */
const inputsLike = <P>(specs: P): Values<P> =>
  rebuild(specs, (path, leaf) =>
    value("f32", (leaf as { readonly shape: readonly number[] }).shape, path),
  ) as Values<P>;

/** One step of its training: gradients clipped element by element, RMSProp. */
export function characterModel({ steps, batch, hidden, vocabulary, stacked }: CharacterModel): Graph {
  const first = lstm(hidden, hidden);
  const second = lstm(hidden, hidden);
  const [embed, decode] = [embedding(vocabulary, hidden), linear(hidden, vocabulary)];
  const params = inputsLike(paramsOf({ embed, first, second, decode }));
  const state = (name: string) => ({
    h: value("f32", [batch, hidden], `${name}.h`),
    c: value("f32", [batch, hidden], `${name}.c`),
  });
  const carry = { first: state("first"), second: state("second") };
  const [x, y] = ["x", "y"].map((name) => value("i32", [steps, batch], name)) as [Value, Value];
  const xs = embed.apply(params.embed, x);
  const run = (): readonly [unknown, Value] => {
    if (stacked) {
      const both = [params.first, params.second] as const;
      return unroll(stackCells(first, second), both, [carry.first, carry.second], xs);
    }
    const [a, hs] = unroll(first, params.first, carry.first, xs);
    const [b, top] = unroll(second, params.second, carry.second, hs);
    return [{ a, b }, top];
  };
  const [next, hs] = run();
  const loss = mean(crossEntropy(decode.apply(params.decode, hs), y));
  const memory = {
    0: {},
    1: {
      step: value("i32", [], "step"),
      meanSquare: mapTree((p) => value("f32", p.shape, `m.${p.label}`), params),
    },
  };
  const optimizer = chain(clipValue(5), rmsprop({ learningRate: 2e-3, decay: 0.95 }));
  const [updates, remembered] = optimizer.update(gradient(loss, params), memory as never, params);
  const given = [params, memory, carry, x, y].flatMap((tree) =>
    flatten(tree).map(({ leaf }) => leaf as Value),
  );
  return graph(
    given,
    leaves({ params: applyUpdates(params, updates), remembered, next, loss }).map(({ leaf }) => leaf),
  );
}
