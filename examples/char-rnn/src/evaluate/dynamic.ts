/** Evaluation of a model that goes on learning. */
import { crossEntropy, gradient, mean, stateful, type Tensors } from "@unroll/core";
import { applyUpdates, type Memory } from "@unroll/optim";
import type { Stream } from "@unroll/data";
import type { Carry, Model, Params } from "../model/model.ts";
import { optimizerOf, type OptimizerOptions } from "../train/optimizers.ts";
import type { Piece } from "../train/trainer.ts";
import type { Judged } from "./evaluate.ts";

/** How the model goes on learning. */
export interface DynamicOptions extends Pick<OptimizerOptions, "clip" | "clipBy"> {
  readonly rate: number;
}

/**
 * The mean loss over a stream of a model that learns from every piece after it has foretold it: gradient descent, once
 * over the text. The parameters it is given stay as they are.
 *
 * Source: Graves, Generating Sequences With Recurrent Neural Networks, 2013, section 4.1; Mikolov et al., Recurrent
 * neural network based language model, 2010.
 */
export function judgeDynamically(
  model: Model,
  params: Tensors<Params>,
  stream: Stream,
  { rate, clip, clipBy }: DynamicOptions,
): Judged {
  const nothing = { momentum: undefined, rmspropDecay: undefined, weightDecay: 0 } as const;
  const optimizer = optimizerOf({ optimizer: "sgd", clip, clipBy, ...nothing }, rate);
  interface Learning {
    readonly params: Params;
    readonly memory: Memory;
    readonly carry: Carry;
  }
  const step = (state: Learning, { x, y }: Pick<Piece, "x" | "y">) => {
    const [carry, logits] = model.read(state.params, state.carry, x);
    const loss = mean(crossEntropy(logits, y));
    const [updates, memory] = optimizer.update(gradient(loss, state.params), state.memory, state.params);
    return [{ params: applyUpdates(state.params, updates), memory, carry }, { loss }] as const;
  };
  const [, rows] = stream.at(0).x.shape as readonly [number, number];
  const learner = stateful(step, { params, memory: optimizer.init(params), carry: model.start(rows) });
  try {
    let total = 0;
    for (const batch of stream) total += learner.step(batch).loss.data[0]!;
    const [length] = stream.at(0).x.shape as readonly [number, number];
    return { loss: total / stream.batches, symbols: stream.batches * length * rows };
  } finally {
    learner.dispose();
  }
}
