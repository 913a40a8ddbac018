/** Networks that learn the adding problem, and what each of them remembers in. */
import { gradient, mean, relu, square, stateful, sub, type Value, type Values } from "@unroll/core";
import type { Tensors } from "@unroll/core";
import { chrono, gru, identity, init, initialState, linear, lstm, normal, orthogonal } from "@unroll/layers";
import { paramsOf, rnn, unroll, type Cell } from "@unroll/layers";
import { adam, applyUpdates, chain, clipNorm, type Memory } from "@unroll/optim";

/** A state of vectors by name, whatever else the cell has. */
type Vectors = Readonly<Record<string, Value>>;

/** A cell and the state that carries what it knows from step to step. */
export interface Subject {
  readonly memory: string;
  readonly cell: Cell<unknown, unknown>;
}

const inputs = 2;

export const subjects = {
  rnn: (hidden: number): Subject => ({ memory: "h", cell: rnn(inputs, hidden) }),
  "orthogonal-rnn": (hidden: number): Subject => ({
    memory: "h",
    cell: rnn(inputs, hidden, { recurrentInit: orthogonal() }),
  }),
  irnn: (hidden: number): Subject => ({
    memory: "h",
    cell: rnn(inputs, hidden, { activation: relu, init: normal(0.001), recurrentInit: identity() }),
  }),
  gru: (hidden: number): Subject => ({ memory: "h", cell: gru(inputs, hidden) }),
  lstm: (hidden: number): Subject => ({ memory: "c", cell: lstm(inputs, hidden) }),
  "chrono-lstm": (hidden: number, length: number): Subject => ({
    memory: "c",
    cell: lstm(inputs, hidden, { biasInit: chrono(length) }),
  }),
} as const;

export type SubjectName = keyof typeof subjects;

/** The network around a subject: it answers with one number after the last step. */
export function networkOf({ cell, memory }: Subject, hidden: number) {
  const parts = { cell, answer: linear(hidden, 1) };
  const spec = paramsOf(parts);
  return {
    spec,
    /** The state after the last step; `probe` is added to the memory after every step. */
    run(params: Values<typeof spec>, x: Value, probe?: Value): Vectors {
      const start = initialState(cell.state, { batch: x.shape[1]!, dtype: "f32" });
      const options = probe ? { probe: { [memory]: probe } } : {};
      return unroll(cell, params.cell, start, x, options)[0];
    },
    answer: (params: Values<typeof spec>, last: Vectors): Value =>
      parts.answer.apply(params.answer, last["h"]!),
  };
}

export type Network = ReturnType<typeof networkOf>;
export type Params = Values<Network["spec"]>;

/** The error of a network on a batch: the mean of squares. */
export const lossOf = (network: Network, params: Params, x: Value, y: Value, probe?: Value): Value =>
  mean(square(sub(network.answer(params, network.run(params, x, probe)), y)));

/** First parameters, and those after so many steps of Adam. */
export function train(
  network: Network,
  batches: Iterable<{ readonly x: Tensors<Value>; readonly y: Tensors<Value> }>,
  { learningRate, seed }: { readonly learningRate: number; readonly seed: number },
): { readonly before: Tensors<Params>; readonly after: Tensors<Params>; readonly loss: number } {
  interface Training {
    readonly params: Params;
    readonly memory: Memory;
  }
  const optimizer = chain(clipNorm(1), adam({ learningRate }));
  const before = init(network.spec, seed);
  const trainer = stateful(
    ({ params, memory }: Training, { x, y }: { readonly x: Value; readonly y: Value }) => {
      const loss = lossOf(network, params, x, y);
      const [updates, remembered] = optimizer.update(gradient(loss, params), memory, params);
      return [{ params: applyUpdates(params, updates), memory: remembered }, { loss }] as const;
    },
    { params: before, memory: optimizer.init(before) },
  );
  let loss = NaN;
  for (const batch of batches) loss = trainer.step(batch).loss.data[0]!;
  return { before, after: trainer.state.params, loss };
}
