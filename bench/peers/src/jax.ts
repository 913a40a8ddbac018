/** jax-js: a step is unrolled over time, since it has no scan, and compiled by `jit`. */
import { init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { sizes, type CharRnnSizes, type ProductSizes, type SequenceSizes } from "../../src/sizes.ts";
import type { Library } from "./library.ts";
import { symbols, uniform } from "./numbers.ts";

type Lstm = { wx: np.Array; wh: np.Array; b: np.Array };
type Norm = { gain: np.Array; bias: np.Array };
type Normed = Omit<Lstm, "b"> & { peepholes: np.Array[]; nx: Norm; nh: Norm; nc: Norm };
type State = { h: np.Array; c: np.Array };
type Params = { table: np.Array; rnn: Lstm[]; w: np.Array; b: np.Array };
type Training = { params: Params; squares: Params; carry: State[] };

/** A cell takes its state and input away and leaves its parameters. */
type Cell<P> = (params: P, state: State, x: np.Array) => State;

const weights = (...shape: number[]): np.Array =>
  np.array(uniform(shape.reduce((product, size) => product * size, 1)), { shape });

const lstm: Cell<Lstm> = ({ wx, wh, b }, { h, c }, x) => {
  const z = np.matmul(x, wx.ref).add(np.matmul(h, wh.ref)).add(b.ref);
  const [i, f, o, g] = np.split(z, 4, -1) as [np.Array, np.Array, np.Array, np.Array];
  const next = nn
    .sigmoid(f)
    .mul(c)
    .add(nn.sigmoid(i).mul(np.tanh(g)));
  return { h: nn.sigmoid(o).mul(np.tanh(next.ref)), c: next };
};

/** Five times as fast as with `nn.standardize`. */
function norm({ gain, bias }: Norm, x: np.Array): np.Array {
  const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(1e-5)))
    .mul(gain.ref)
    .add(bias.ref);
}

const normed: Cell<Normed> = ({ wx, wh, peepholes, nx, nh, nc }, { h, c }, x) => {
  const z = norm(nx, np.matmul(x, wx.ref)).add(norm(nh, np.matmul(h, wh.ref)));
  const [zi, zf, zo, zg] = np.split(z, 4, -1) as [np.Array, np.Array, np.Array, np.Array];
  const [pi, pf, po] = peepholes as [np.Array, np.Array, np.Array];
  const i = nn.sigmoid(zi.add(pi.ref.mul(c.ref)));
  const f = nn.sigmoid(zf.add(pf.ref.mul(c.ref)));
  const next = f.mul(c).add(i.mul(np.tanh(zg)));
  const o = nn.sigmoid(zo.add(po.ref.mul(next.ref)));
  return { h: o.mul(np.tanh(norm(nc, next.ref))), c: next };
};

const lstmParams = (inputs: number, hidden: number): Lstm => ({
  wx: weights(inputs, 4 * hidden),
  wh: weights(hidden, 4 * hidden),
  b: np.zeros([4 * hidden]),
});

const normParams = (size: number): Norm => ({ gain: np.ones([size]), bias: np.zeros([size]) });

function normedParams(inputs: number, hidden: number): Normed {
  const { wx, wh } = lstmParams(inputs, hidden);
  const peepholes = [1, 2, 3].map(() => np.ones([hidden]));
  return {
    wx,
    wh,
    peepholes,
    nx: normParams(4 * hidden),
    nh: normParams(4 * hidden),
    nc: normParams(hidden),
  };
}

/** `tree.map` of trees that keep their type. */
const mapped = (f: (x: np.Array, ...xs: np.Array[]) => np.Array, ...trees: [Params, ...Params[]]): Params =>
  tree.map<np.Array, np.Array, Params>(f, ...trees);

const zeroState = (batch: number, hidden: number): State => ({
  h: np.zeros([batch, hidden]),
  c: np.zeros([batch, hidden]),
});

async function charRnn({ symbols: kinds, size, length, batch }: CharRnnSizes) {
  const loss = (params: Params, carry: State[], x: np.Array, y: np.Array): [np.Array, State[]] => {
    let states = carry;
    const outputs = np.unstack(np.take(params.table.ref, x, 0)).map((embedded) => {
      let input = embedded;
      states = states.map((state, layer) => {
        const next = lstm(params.rnn[layer]!, state, input);
        input = next.h.ref;
        return next;
      });
      return input;
    });
    const logits = np
      .matmul(np.stack(outputs).reshape([length * batch, size]), params.w.ref)
      .add(params.b.ref);
    const likelihood = nn.logSoftmax(logits, -1).mul(nn.oneHot(y.reshape([length * batch]), kinds));
    tree.dispose(params);
    return [likelihood.sum().mul(-1 / (length * batch)), states];
  };
  const step = jit(({ params, squares, carry }: Training, x: np.Array, y: np.Array) => {
    const [[cost, next], gradients] = valueAndGrad(loss, { hasAux: true })(tree.ref(params), carry, x, y);
    const clipped = mapped((g) => np.clip(g, -5, 5), gradients);
    const moved = mapped(
      (square, g) => square.mul(0.95).add(np.square(g).mul(0.05)),
      squares,
      tree.ref(clipped),
    );
    const after = mapped(
      (p, g, square) => p.sub(g.mul(2e-3).div(np.sqrt(square).add(1e-8))),
      params,
      clipped,
      tree.ref(moved),
    );
    return { next: { params: after, squares: moved, carry: next }, cost };
  });
  const params: Params = {
    table: weights(kinds, size),
    rnn: [lstmParams(size, size), lstmParams(size, size)],
    w: weights(size, kinds),
    b: np.zeros([kinds]),
  };
  let training: Training = {
    params,
    squares: mapped((p) => np.zeros(p.shape), tree.ref(params)),
    carry: [zeroState(batch, size), zeroState(batch, size)],
  };
  const ids = () => np.array(symbols(length * batch, kinds), { shape: [length, batch], dtype: np.int32 });
  const [x, y] = [ids(), ids()];
  return {
    async step() {
      const { next, cost } = step(training, x.ref, y.ref);
      training = next;
      await cost.data();
    },
  };
}

async function sequence<P extends Lstm | Normed>(
  cell: Cell<P>,
  params: P,
  { inputs, hidden, length, batch }: SequenceSizes,
) {
  const loss = (p: P, xs: np.Array): np.Array => {
    let state = zeroState(batch, hidden);
    const outputs = np.unstack(xs).map((x) => {
      state = cell(p, state, x);
      return state.h.ref;
    });
    tree.dispose(p);
    tree.dispose(state);
    return np.mean(np.square(np.stack(outputs)));
  };
  // Its declarations of these two do not carry the types of trees and tuples through.
  const slope = valueAndGrad(loss) as unknown as (p: P, xs: np.Array) => [np.Array, P];
  const step = jit(slope) as unknown as typeof slope;
  const xs = weights(length, batch, inputs);
  return {
    async step() {
      const [cost, gradients] = step(tree.ref(params), xs.ref);
      tree.dispose(gradients);
      await cost.data();
    },
  };
}

async function product([m, k, n]: ProductSizes) {
  const [a, b] = [weights(m, k), weights(k, n)];
  const multiply = jit((x: np.Array, y: np.Array) => np.matmul(x, y));
  return {
    async step() {
      const c = multiply(a.ref, b.ref);
      await c.blockUntilReady();
      c.dispose();
    },
  };
}

/** It asks for a device before anything else. */
const begin =
  <T>(prepare: () => Promise<T>) =>
  async (): Promise<T> => {
    await init("wasm");
    return prepare();
  };

export const library: Library = {
  jit: {
    W1: begin(() => charRnn(sizes.W1)),
    W2: begin(() => charRnn(sizes.W2)),
    W3: begin(() => sequence(normed, normedParams(sizes.W3.inputs, sizes.W3.hidden), sizes.W3)),
    W4: begin(() => sequence(lstm, lstmParams(sizes.W4.inputs, sizes.W4.hidden), sizes.W4)),
    "W5 512x512x512": begin(() => product(sizes.W5[0]!)),
    "W5 50x256x512": begin(() => product(sizes.W5[1]!)),
  },
};
