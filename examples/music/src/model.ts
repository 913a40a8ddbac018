/** A network that hears a song step by step and says, for each key, how likely it is to sound next. */
import {
  compile,
  div,
  fork,
  gradient,
  iota,
  less,
  randomKey,
  slice,
  stateful,
  sub,
  sum,
  unsqueeze,
  where,
  cast,
  type Value,
  type Values,
} from "@unroll/core";
import {
  binaryCrossEntropy,
  dropout,
  gru,
  init,
  initialState,
  linear,
  lstm,
  paramsOf,
  rnn,
  unroll,
  type Cell,
} from "@unroll/layers";
import { adam, applyUpdates, chain, clipNorm, type Memory } from "@unroll/optim";
import { keys, type Rolls } from "./piano-roll.ts";

export const cells = { rnn, gru, lstm } as const;
export type CellName = keyof typeof cells;

export interface ModelOptions {
  readonly cell: CellName;
  readonly hidden: number;
  /** The share of the cell's outputs that is dropped in training. */
  readonly dropout: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** Songs as values: what `rollsOf` makes. */
interface Heard {
  readonly roll: Value;
  readonly lengths: Value;
}

export function musicModel({ cell: name, hidden, dropout: rate, learningRate, seed }: ModelOptions) {
  const cell = cells[name](keys, hidden) as Cell<unknown, unknown>;
  const parts = { cell, keys: linear(hidden, keys) };
  const spec = paramsOf(parts);
  type Params = Values<typeof spec>;

  /** Nats of all songs together, and the steps that they are of: every step but the first is foretold. */
  const lossOf = (params: Params, { roll, lengths }: Heard, key?: Value) => {
    const [length, batch] = roll.shape as [number, number];
    const heard = slice(roll, 0, length - 1);
    const start = initialState(cell.state, { batch, dtype: "f32" });
    const known = sub(lengths, 1);
    const [, hs] = unroll(cell, params.cell, start, heard, { lengths: known });
    const logits = parts.keys.apply(params.keys, dropout(hs, rate, key));
    const nats = sum(binaryCrossEntropy(logits, slice(roll, 1, length)), { axis: -1 });
    const inside = less(unsqueeze(iota(length - 1), 1), known);
    return { nats: sum(where(inside, nats, 0)), steps: cast(sum(known), "f32") };
  };

  interface Training {
    readonly params: Params;
    readonly memory: Memory;
    readonly key: Value;
  }
  const optimizer = chain(clipNorm(1), adam({ learningRate }));
  const params = init(spec, seed);
  const trainer = stateful(
    ({ params: before, memory, key }: Training, heard: Heard) => {
      const [kept, used] = fork(key, 2);
      const { nats, steps } = lossOf(before, heard, used);
      const loss = div(nats, steps);
      const [updates, remembered] = optimizer.update(gradient(loss, before), memory, before);
      return [{ params: applyUpdates(before, updates), memory: remembered, key: kept }, { loss }] as const;
    },
    { params, memory: optimizer.init(params), key: randomKey(seed) },
  );
  const judge = compile((now: Params, heard: Heard) => lossOf(now, heard));
  return { trainer, judge, cell, parts, spec };
}

export type MusicModel = ReturnType<typeof musicModel>;
export type MusicParams = MusicModel["trainer"]["state"]["params"];

/** Nats per step over batches of songs. */
export function lossOver(model: MusicModel, params: MusicParams, batches: readonly Rolls[]): number {
  let [nats, steps] = [0, 0];
  for (const batch of batches) {
    const judged = model.judge(params, batch);
    nats += judged.nats.data[0]!;
    steps += judged.steps.data[0]!;
  }
  return nats / steps;
}
