/** What is drawn in tests: a network that reads one character after the other. */
import {
  crossEntropy,
  gradient,
  mapTree,
  mean,
  mul,
  stateful,
  sub,
  tensor,
  type Profile,
  type Tensors,
  type Value,
  type Values,
} from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import { embedding, init, initialState, linear, lstm, paramsOf, unroll } from "@unroll/layers";

const model = { embed: embedding(9, 8), rnn: lstm(8, 16), decode: linear(16, 9) };
export const spec = paramsOf(model);
export type Params = Values<typeof spec>;

export function loss(params: Params, { x, y }: { readonly x: Value; readonly y: Value }): Value {
  const start = initialState(model.rnn.state, { batch: x.shape[1]!, dtype: "f32" });
  const [, hs] = unroll(model.rnn, params.rnn, start, model.embed.apply(params.embed, x));
  return mean(crossEntropy(model.decode.apply(params.decode, hs), y));
}

export const gradients = (params: Params, batch: { readonly x: Value; readonly y: Value }): Params =>
  gradient(loss(params, batch), params);

export const params: Tensors<Params> = init(spec, 1);

const ids = (seed: number) =>
  tensor(
    Int32Array.from({ length: 12 }, (_, i) => (i * 5 + seed) % 9),
    { shape: [6, 2] },
  );
export const batch = { x: ids(1), y: ids(6) };

/** The profile of a step of training. */
export function profiled(): Profile {
  const descend = (p: Params, b: { readonly x: Value; readonly y: Value }) =>
    [mapTree((w, dw) => sub(w, mul(0.1, dw)), p, gradients(p, b)), { loss: loss(p, b) }] as const;
  const trainer = stateful(descend, params, { engine: wasm() });
  const profile = trainer.profile(batch, { repetitions: 5 });
  trainer.dispose();
  return profile;
}
