/** The training step, and the state that a checkpoint is made of. */
import {
  crossEntropy,
  dotTree,
  fork,
  gradient,
  mean,
  randomKey,
  sqrt,
  stateful,
  type CompileOptions,
  type Value,
} from "@unroll/core";
import { init } from "@unroll/layers";
import { applyUpdates, type Memory } from "@unroll/optim";
import type { Carry, Model, Params } from "../model/model.ts";
import { optimizerOf, type OptimizerOptions } from "./optimizers.ts";
import { rateOf, type Extent, type ScheduleOptions } from "./schedules.ts";

export interface TrainerOptions extends OptimizerOptions, ScheduleOptions {
  readonly batch: number;
  readonly seed: number;
}

/** All that training goes on from, beside its place in the text. */
export interface Training {
  readonly params: Params;
  readonly memory: Memory;
  readonly carry: Carry;
  /** What is dropped is drawn from it; undefined when nothing is. */
  readonly key: Value | undefined;
}

/** i32 [T, B]: symbols, and those that follow them; f32: what updates are multiplied by, when the host decides. */
export interface Piece {
  readonly x: Value;
  readonly y: Value;
  readonly scale: Value | undefined;
}

export type Trainer = ReturnType<typeof trainerOf>;

/** A model in training: `step(piece)` gives the loss and moves the state on, of which a checkpoint is made. */
export function trainerOf(model: Model, options: TrainerOptions, extent: Extent, how: CompileOptions = {}) {
  const optimizer = optimizerOf(options, rateOf(options, extent));
  const trainStep = ({ params, memory, carry, key }: Training, { x, y, scale }: Piece) => {
    const [later, masks, noise] = key ? fork(key, 3) : [];
    const before = masks ? model.redraw(carry, masks) : carry;
    const [next, logits] = model.read(params, before, x, { key: noise });
    const loss = mean(crossEntropy(logits, y)); // nats per symbol
    const gradients = gradient(loss, params);
    const [updates, remembered] = optimizer.update(gradients, memory, params);
    const moved = applyUpdates(params, updates, scale);
    const norms = { gradientNorm: normOf(gradients), parameterNorm: normOf(params) };
    return [
      { params: moved, memory: remembered, carry: next, key: later },
      { loss, ...norms },
    ] as const;
  };
  const params = init(model.spec, options.seed);
  const key = model.isNoisy ? randomKey(options.seed) : undefined;
  return stateful(
    trainStep,
    { params, memory: optimizer.init(params), carry: model.start(options.batch), key },
    how,
  );
}

const normOf = (tree: Params): Value => sqrt(dotTree(tree, tree));
