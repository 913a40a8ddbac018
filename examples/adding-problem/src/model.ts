/** A recurrent network that reads a sequence and then answers with one number. */
import { gradient, mean, square, stateful, sub, type Value, type Values } from "@unroll/core";
import { init, initialState, linear, lstm, orthogonal, paramsOf, rnn, unroll } from "@unroll/layers";
import { adam, applyUpdates, chain, clipNorm, type Memory } from "@unroll/optim";

/** The tanh network starts from an orthogonal matrix, which is the best that can be done for its memory. */
export const cells = {
  rnn: (size: number) => rnn(2, size, { recurrentInit: orthogonal() }),
  lstm: (size: number) => lstm(2, size),
} as const;

export interface LearnerOptions {
  readonly size: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** A network in training: `step(batch)` gives the mean squared error. */
export function learnerOf(name: keyof typeof cells, { size, batch, learningRate, seed }: LearnerOptions) {
  const parts = { cell: cells[name](size), answer: linear(size, 1) };
  const spec = paramsOf(parts);
  const optimizer = chain(clipNorm(1), adam({ learningRate }));

  interface Training {
    readonly params: Values<typeof spec>;
    readonly memory: Memory;
  }
  /** x [T, B, 2]: numbers and markers; y [B, 1]: the sum of the two that are marked. */
  const step = ({ params, memory }: Training, { x, y }: { readonly x: Value; readonly y: Value }) => {
    const start = initialState(parts.cell.state, { batch, dtype: "f32" });
    const [last] = unroll(parts.cell, params.cell, start, x);
    const loss = mean(square(sub(parts.answer.apply(params.answer, last.h), y)));
    const [updates, remembered] = optimizer.update(gradient(loss, params), memory, params);
    return [{ params: applyUpdates(params, updates), memory: remembered }, { loss }] as const;
  };
  const params = init(spec, seed);
  return stateful(step, { params, memory: optimizer.init(params) });
}
