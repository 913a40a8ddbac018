import {
  crossEntropy,
  evaluate,
  gradient,
  mean,
  stateful,
  type CompileOptions,
  type Value,
  type Values,
} from "@unroll/core";
import { embedding, init, initialState, linear, paramsOf, stackCells, unroll } from "@unroll/layers";
import { applyUpdates, chain, clipValue, rmsprop, type Memory } from "@unroll/optim";
import { customLstm } from "../cells.ts";
import { symbols } from "../numbers.ts";
import type { CharRnnSizes } from "../sizes.ts";
import type { Prepared, Workload } from "../workload.ts";

/** Two layers of LSTM between an embedding and a decoder. */
export const charRnn = (symbolCount: number, size: number) => {
  const parts = {
    embed: embedding(symbolCount, size),
    rnn: stackCells(customLstm(size, size), customLstm(size, size)),
    decode: linear(size, symbolCount),
  };
  const spec = paramsOf(parts);
  return {
    spec,
    carry: parts.rnn.state,
    /**
     * What is remembered after reading x, i32 [T, B], and the logits of what follows each symbol, [T, B, V].
     */
    read(
      params: Values<typeof spec>,
      carry: Values<typeof parts.rnn.state>,
      x: Value,
    ): readonly [Values<typeof parts.rnn.state>, Value] {
      const [next, hs] = unroll(parts.rnn, params.rnn, carry, parts.embed.apply(params.embed, x));
      return [next, parts.decode.apply(params.decode, hs)];
    },
  };
};

/** One step of training: forward, full backpropagation through time, clipping of every element, RMSProp. */
export const trainStep = (sizes: CharRnnSizes): Workload => ({
  about: `char-rnn training step, 2 x LSTM(${sizes.size}), sequence ${sizes.length}, batch ${sizes.batch}`,
  flops: fewestFlops(sizes),
  characters: sizes.length * sizes.batch,
  prepare: (options) => prepare(sizes, options),
});

function prepare({ symbols: kinds, size, length, batch }: CharRnnSizes, options: CompileOptions): Prepared {
  const model = charRnn(kinds, size);
  interface Training {
    readonly params: Values<typeof model.spec>;
    readonly memory: Memory;
    readonly carry: Values<typeof model.carry>;
  }
  const optimizer = chain(clipValue(5), rmsprop({ learningRate: 2e-3, decay: 0.95, epsilon: 1e-8 }));
  const step = ({ params, memory, carry }: Training, { x, y }: { readonly x: Value; readonly y: Value }) => {
    const [next, logits] = model.read(params, carry, x);
    const loss = mean(crossEntropy(logits, y));
    const [updates, remembered] = optimizer.update(gradient(loss, params), memory, params);
    return [{ params: applyUpdates(params, updates), memory: remembered, carry: next }, { loss }] as const;
  };
  const params = init(model.spec, 1);
  const carry = evaluate(initialState(model.carry, { batch, dtype: "f32" }));
  const trainer = stateful(step, { params, memory: optimizer.init(params), carry }, options);
  const data = { x: symbols([length, batch], kinds, "x"), y: symbols([length, batch], kinds, "y") };
  let loss = NaN;
  return {
    step() {
      loss = trainer.step(data).loss.data[0]!;
    },
    result: () => loss,
    profile: (how) => trainer.profile(data, how),
    dispose: () => trainer.dispose(),
  };
}

/**
 * Products of both layers and the decoder, forward, backward and for weights. Nobody asks for the gradient of
 * the first state, and looking up rows of `table wx` needs no more than one product of the whole table.
 */
function fewestFlops({ symbols: kinds, size, length, batch }: CharRnnSizes): number {
  const [rows, gates] = [length * batch, size * 4 * size];
  const lookUp = 3 * Math.min(kinds, rows) * gates;
  const recurrent = 2 * (3 * rows - batch) * gates;
  const between = 3 * rows * gates;
  const decode = 3 * rows * size * kinds;
  return 2 * (lookUp + recurrent + between + decode);
}
