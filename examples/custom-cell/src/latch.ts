/**
 * A problem that needs memory: a sequence begins with 1 or -1, noise follows, and at the end the first is asked for.
 */
import {
  concat,
  fork,
  gradient,
  mean,
  mul,
  neg,
  randomKey,
  randomNormal,
  sign,
  softplus,
  stateful,
  unsqueeze,
  type Value,
  type Values,
} from "@unroll/core";
import { init, initialState, linear, paramsOf, unroll } from "@unroll/layers";
import { adam, applyUpdates, chain, clipNorm, type Memory } from "@unroll/optim";
import type { twoClocks } from "./cell.ts";

const [steps, batch] = [20, 16];

/** The sequences, f32 [T, B, 1], and what they begin with, [B, 1]. A key is a value: drawing is part of the graph. */
function draw(key: Value): { readonly xs: Value; readonly first: Value } {
  const [forFirst, forNoise] = fork(key, 2);
  const first = sign(randomNormal(forFirst, { dtype: "f32", shape: [batch, 1] }));
  const noise = randomNormal(forNoise, { dtype: "f32", shape: [steps - 1, batch, 1] }, { deviation: 0.5 });
  return { xs: concat([unsqueeze(first, 0), noise], { axis: 0 }), first };
}

/** A cell of `hidden` units in training: every step draws its sequences and gives the loss in nats per answer. */
export function trainerOf(rnn: ReturnType<typeof twoClocks>, hidden: number) {
  const parts = { rnn, answer: linear(hidden, 1) };
  const spec = paramsOf(parts);
  const optimizer = chain(clipNorm(1), adam({ learningRate: 0.01 }));

  interface Training {
    readonly params: Values<typeof spec>;
    readonly memory: Memory;
    readonly key: Value;
  }
  const step = ({ params, memory, key }: Training) => {
    const [next, use] = fork(key, 2);
    const { xs, first } = draw(use);
    const [last] = unroll(rnn, params.rnn, initialState(rnn.state, { batch, dtype: "f32" }), xs);
    const answer = parts.answer.apply(params.answer, last.fast);
    const loss = mean(softplus(neg(mul(first, answer)))); // -log of the odds given to the right sign
    const [updates, remembered] = optimizer.update(gradient(loss, params), memory, params);
    return [{ params: applyUpdates(params, updates), memory: remembered, key: next }, { loss }] as const;
  };
  const params = init(spec, 1);
  return stateful(step, { params, memory: optimizer.init(params), key: randomKey(1) });
}
