/** How good a model is at text that it was never trained on. */
import { compile, crossEntropy, mean, type CompileOptions, type Tensors } from "@unroll/core";
import type { Stream } from "@unroll/data";
import type { Carry, Model, Params } from "../model/model.ts";
import type { Piece } from "../train/trainer.ts";

/** What a text was found to be. */
export interface Judged {
  /** Nats per symbol. */
  readonly loss: number;
  /** Symbols that were foretold. */
  readonly symbols: number;
}

/** The loss of a batch and what is remembered after it, without training. */
export const scorerOf = (model: Model, how: CompileOptions = {}) =>
  compile((params: Params, carry: Carry, { x, y }: Pick<Piece, "x" | "y">) => {
    const [next, logits] = model.read(params, carry, x);
    return { loss: mean(crossEntropy(logits, y)), carry: next };
  }, how);

export type Scorer = ReturnType<typeof scorerOf>;

/** The mean loss over a stream, which is read to its end or until so many symbols were foretold. */
export function judge(
  model: Model,
  score: Scorer,
  params: Tensors<Params>,
  stream: Stream,
  atMost = Infinity,
): Judged {
  let carry: ReturnType<Model["start"]> | undefined;
  let total = 0;
  let symbols = 0;
  for (const batch of stream) {
    const [length, rows] = batch.x.shape as readonly [number, number];
    const scored = score(params, carry ?? model.start(rows), batch);
    carry = scored.carry;
    total += scored.loss.data[0]! * length * rows;
    symbols += length * rows;
    if (symbols >= atMost) break;
  }
  return { loss: total / symbols, symbols };
}
