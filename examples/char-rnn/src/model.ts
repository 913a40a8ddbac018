/** The model: a character becomes numbers, cells remember, and numbers become the odds of the next character. */
import {
  compile,
  crossEntropy,
  evaluate,
  gradient,
  mean,
  stateful,
  type Value,
  type Values,
} from "@unroll/core";
import {
  embedding,
  gru,
  init,
  initialState,
  linear,
  lstm,
  paramsOf,
  rnn,
  stackCells,
  unroll,
} from "@unroll/layers";
import { adam, applyUpdates, chain, clipValue, type Memory } from "@unroll/optim";

const cells = { lstm, gru, rnn } as const;

export interface ModelOptions {
  readonly cell: keyof typeof cells;
  readonly layers: number;
  readonly size: number;
  readonly embedding: number;
}

export type Model = ReturnType<typeof charRnn>;
export type Params = Values<Model["spec"]>;
/** What the cells remember, [B, H] each. */
export type Carry = Values<Model["carry"]>;

/** A model of texts of so many different symbols. */
export function charRnn(options: ModelOptions, symbols: number) {
  const { layers, size } = options;
  const layer = (i: number) => cells[options.cell](i === 0 ? options.embedding : size, size);
  const parts = {
    embed: embedding(symbols, options.embedding),
    rnn: stackCells(...Array.from({ length: layers }, (_, i) => layer(i))),
    decode: linear(size, symbols),
  };
  const spec = paramsOf(parts);
  type P = Values<typeof spec>;
  type S = Values<typeof parts.rnn.state>;
  return {
    spec,
    carry: parts.rnn.state,
    /** What the cells remember of nothing, for so many texts side by side. */
    start: (batch: number) => evaluate(initialState(parts.rnn.state, { batch, dtype: "f32" })),
    /** What is remembered after reading x, i32 [T, B], and the logits of what follows each symbol, [T, B, V]. */
    read(params: P, carry: S, x: Value): readonly [S, Value] {
      const [next, hs] = unroll(parts.rnn, params.rnn, carry, parts.embed.apply(params.embed, x));
      return [next, parts.decode.apply(params.decode, hs)];
    },
  };
}

export interface TrainerOptions {
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
}

interface Training {
  readonly params: Params;
  readonly memory: Memory;
  readonly carry: Carry;
}

/** i32 [T, B]: symbols, and those that follow them. */
interface Batch {
  readonly x: Value;
  readonly y: Value;
}

export type Trainer = ReturnType<typeof trainerOf>;

/** A model in training: `step(batch)` gives the loss and moves the state on, of which a checkpoint is made. */
export function trainerOf(model: Model, { batch, learningRate, seed }: TrainerOptions) {
  const optimizer = chain(clipValue(5), adam({ learningRate }));
  const trainStep = ({ params, memory, carry }: Training, { x, y }: Batch) => {
    const [next, logits] = model.read(params, carry, x);
    const loss = mean(crossEntropy(logits, y)); // nats per character
    const [updates, remembered] = optimizer.update(gradient(loss, params), memory, params);
    return [{ params: applyUpdates(params, updates), memory: remembered, carry: next }, { loss }] as const;
  };
  const params = init(model.spec, seed);
  return stateful(trainStep, { params, memory: optimizer.init(params), carry: model.start(batch) });
}

/** The loss of a batch and what is remembered after it, without training. */
export const scorerOf = (model: Model) =>
  compile((params: Params, carry: Carry, { x, y }: Batch) => {
    const [next, logits] = model.read(params, carry, x);
    return { loss: mean(crossEntropy(logits, y)), carry: next };
  });
