/** Epochs until the validation songs are foretold no better. */
import { copy, hostRandom } from "@unroll/core";
import { lossOver, type MusicModel, type MusicParams } from "./model.ts";
import { rollsOf, type Music, type Rolls, type Song } from "./piano-roll.ts";

export interface TrainOptions {
  readonly batch: number;
  /** At most so many times through the training songs. */
  readonly epochs: number;
  /** Epochs without a better validation loss after which it ends. */
  readonly patience: number;
  readonly seed: number;
}

export interface Epoch {
  readonly epoch: number;
  readonly train: number;
  readonly valid: number;
  readonly isBest: boolean;
}

/** A program is compiled for every length, so lengths are rounded up to a multiple of this. */
const bucket = 32;

/** Songs of similar lengths in one batch, which then has little silence. */
export function batchesOf(songs: readonly Song[], batch: number): readonly Rolls[] {
  const sorted = songs.toSorted((a, b) => a.length - b.length);
  return Array.from({ length: Math.ceil(sorted.length / batch) }, (_, i) => {
    const some = sorted.slice(i * batch, (i + 1) * batch);
    return rollsOf(some, bucket * Math.ceil(some.at(-1)!.length / bucket));
  });
}

/** Train, and return the parameters of the epoch with the best validation loss. */
export function train(
  model: MusicModel,
  music: Music,
  { batch, epochs, patience, seed }: TrainOptions,
  onEpoch: (epoch: Epoch) => void,
): MusicParams {
  const batches = batchesOf(music.train, batch);
  const valid = batchesOf(music.valid, batch);
  let best = { loss: Infinity, epoch: 0, params: copy(model.trainer.state.params) };
  for (let epoch = 1; epoch <= epochs && epoch - best.epoch <= patience; epoch++) {
    let total = 0;
    for (const rolls of shuffled(batches, seed, epoch)) total += model.trainer.step(rolls).loss.data[0]!;
    const loss = lossOver(model, model.trainer.state.params, valid);
    const isBest = loss < best.loss;
    if (isBest) best = { loss, epoch, params: copy(model.trainer.state.params) };
    onEpoch({ epoch, train: total / batches.length, valid: loss, isBest });
  }
  return best.params;
}

/** In an order of its own for every epoch: Fisher and Yates' shuffle. */
function shuffled<T>(items: readonly T[], seed: number, epoch: number): readonly T[] {
  const random = hostRandom(seed, `epoch ${epoch}`);
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
