/** TensorFlow.js on its WebAssembly backend: op by op, with a tape; and its own LSTM layers. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs";
import { sizes, type CharRnnSizes, type ProductSizes, type SequenceSizes } from "../../src/sizes.ts";
import type { Library } from "./library.ts";
import { symbols, uniform } from "./numbers.ts";

type State = { readonly h: tf.Tensor2D; readonly c: tf.Tensor2D };
type Cell = (state: State, x: tf.Tensor2D) => State;

const weights = <R extends tf.Rank>(...shape: tf.ShapeMap[R]): tf.Tensor<R> =>
  tf.tensor<R>(uniform(shape.reduce((product: number, size: number) => product * size, 1)), shape);

const matrix = (rows: number, columns: number): tf.Variable<tf.Rank.R2> =>
  tf.variable(weights<tf.Rank.R2>(rows, columns));

const filled = (value: number, size: number): tf.Variable => tf.variable(tf.fill([size], value));

const quarters = (z: tf.Tensor) => tf.split(z, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];

function lstm(inputs: number, hidden: number): Cell {
  const [wx, wh] = [matrix(inputs, 4 * hidden), matrix(hidden, 4 * hidden)];
  const b = filled(0, 4 * hidden);
  return ({ h, c }, x) => {
    const [i, f, o, g] = quarters(x.matMul(wx).add(h.matMul(wh)).add(b));
    const next: tf.Tensor2D = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
    return { h: o.sigmoid().mul(next.tanh()), c: next };
  };
}

function norm(size: number): (x: tf.Tensor) => tf.Tensor {
  const [gain, bias] = [filled(1, size), filled(0, size)];
  return (x) => {
    const { mean, variance } = tf.moments(x, 1, true);
    return x.sub(mean).div(variance.add(1e-5).sqrt()).mul(gain).add(bias);
  };
}

function normed(inputs: number, hidden: number): Cell {
  const [wx, wh] = [matrix(inputs, 4 * hidden), matrix(hidden, 4 * hidden)];
  const [pi, pf, po] = [filled(1, hidden), filled(1, hidden), filled(1, hidden)];
  const [nx, nh, nc] = [norm(4 * hidden), norm(4 * hidden), norm(hidden)];
  return ({ h, c }, x) => {
    const [zi, zf, zo, zg] = quarters(nx(tf.matMul(x, wx)).add(nh(tf.matMul(h, wh))));
    const i = zi.add(pi.mul(c)).sigmoid();
    const f = zf.add(pf.mul(c)).sigmoid();
    const next: tf.Tensor2D = f.mul(c).add(i.mul(zg.tanh()));
    const o = zo.add(po.mul(next)).sigmoid();
    return { h: o.mul<tf.Tensor2D>(nc(next).tanh()), c: next };
  };
}

const zeroState = (batch: number, hidden: number): State => ({
  h: tf.zeros([batch, hidden]),
  c: tf.zeros([batch, hidden]),
});

/** Gradients of all variables, clipped, and a step of RMSProp. */
function trainer(): (loss: () => tf.Scalar) => Promise<void> {
  const optimizer = tf.train.rmsprop(2e-3, 0.95, 0, 1e-8);
  return async (loss) => {
    const cost = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss);
      const clipped = Object.entries(grads).map(([name, g]) => ({ name, tensor: g.clipByValue(-5, 5) }));
      optimizer.applyGradients(clipped);
      return value;
    });
    await cost.data();
    cost.dispose();
  };
}

const crossEntropy = (logits: tf.Tensor, hot: tf.Tensor): tf.Scalar =>
  logits
    .logSoftmax(-1)
    .mul(hot)
    .sum()
    .mul(-1 / hot.shape[0]);

async function charRnn({ symbols: kinds, size, length, batch }: CharRnnSizes) {
  const table = matrix(kinds, size);
  const cells = [lstm(size, size), lstm(size, size)];
  const [w, b] = [matrix(size, kinds), filled(0, kinds)];
  const x = oneHot(length * batch, kinds);
  const hot = oneHot(length * batch, kinds);
  const train = trainer();
  let carry = cells.map(() => zeroState(batch, size));
  return {
    async step() {
      let last: State[] = carry;
      await train(() => {
        const outputs = tf.split<tf.Tensor2D>(tf.matMul<tf.Tensor2D>(x, table), length).map((embedded) => {
          let input = embedded;
          last = cells.map((cell, layer) => {
            const next = cell(last[layer]!, input);
            input = next.h;
            return next;
          });
          return input;
        });
        const logits = tf.concat(outputs).matMul(w).add(b);
        last = last.map(({ h, c }) => ({ h: tf.keep(h), c: tf.keep(c) }));
        return crossEntropy(logits, hot);
      });
      tf.dispose(carry);
      carry = last;
    },
  };
}

/** The wasm backend has no gradient for looking up rows, so an embedding is a product. */
const oneHot = (count: number, kinds: number): tf.Tensor2D =>
  tf.oneHot(tf.tensor1d(symbols(count, kinds), "int32"), kinds) as tf.Tensor2D;

/** The same model of the library's own layers. */
async function charRnnOfLayers({ symbols: kinds, size, length, batch }: CharRnnSizes) {
  const recurrent = () =>
    tf.layers.lstm({
      units: size,
      returnSequences: true,
      stateful: true,
      recurrentActivation: "sigmoid",
    });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: size, useBias: false, batchInputShape: [batch, length, kinds] }),
      recurrent(),
      recurrent(),
      tf.layers.dense({ units: kinds }),
    ],
  });
  const x = oneHot(length * batch, kinds).reshape([batch, length, kinds]);
  const hot = oneHot(length * batch, kinds);
  const train = trainer();
  return {
    step: () =>
      train(() => {
        const logits = model.apply(x, { training: true }) as tf.Tensor;
        return crossEntropy(logits.reshape([length * batch, kinds]), hot);
      }),
  };
}

async function sequence(cell: Cell, { inputs, hidden, length, batch }: SequenceSizes) {
  const xs = weights<tf.Rank.R3>(length, batch, inputs);
  return {
    async step() {
      const cost = tf.tidy(() => {
        const { value } = tf.variableGrads(() => {
          let state = zeroState(batch, hidden);
          const outputs = tf.unstack(xs).map((x) => {
            state = cell(state, x as tf.Tensor2D);
            return state.h;
          });
          return tf.stack(outputs).square().mean();
        });
        return value;
      });
      await cost.data();
      cost.dispose();
    },
  };
}

async function sequenceOfLayers({ inputs, hidden, length, batch }: SequenceSizes) {
  const model = tf.sequential({
    layers: [
      tf.layers.lstm({
        units: hidden,
        returnSequences: true,
        recurrentActivation: "sigmoid",
        batchInputShape: [batch, length, inputs],
      }),
    ],
  });
  const xs = weights<tf.Rank.R3>(batch, length, inputs);
  return {
    async step() {
      const cost = tf.tidy(
        () =>
          tf.variableGrads(() => (model.apply(xs, { training: true }) as tf.Tensor).square().mean()).value,
      );
      await cost.data();
      cost.dispose();
    },
  };
}

async function product([m, k, n]: ProductSizes) {
  const [a, b] = [weights<tf.Rank.R2>(m, k), weights<tf.Rank.R2>(k, n)];
  return { step: () => a.matMul(b).dispose() };
}

/** Its backend has to be chosen before anything else. */
const begin =
  <T>(prepare: () => Promise<T>) =>
  async (threads: number): Promise<T> => {
    const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
    setWasmPaths(`${dirname(entry)}/`);
    setThreadsCount(threads);
    if (!(await tf.setBackend("wasm"))) throw new Error("TensorFlow.js has no wasm backend here");
    return prepare();
  };

export const library: Library = {
  custom: {
    W1: begin(() => charRnn(sizes.W1)),
    W3: begin(() => sequence(normed(sizes.W3.inputs, sizes.W3.hidden), sizes.W3)),
    W4: begin(() => sequence(lstm(sizes.W4.inputs, sizes.W4.hidden), sizes.W4)),
    "W5 512x512x512": begin(() => product(sizes.W5[0]!)),
    "W5 50x256x512": begin(() => product(sizes.W5[1]!)),
  },
  "built-in": {
    W1: begin(() => charRnnOfLayers(sizes.W1)),
    W4: begin(() => sequenceOfLayers(sizes.W4)),
  },
};
