import {
  add,
  any,
  bernoulli,
  concat,
  crossEntropy,
  cumsum,
  detach,
  div,
  fork,
  forkEach,
  full,
  gradient,
  greater,
  iota,
  logSumExp,
  matmul,
  max,
  mean,
  mul,
  pad,
  randomKey,
  reshape,
  scan,
  sigmoid,
  slice,
  softmax,
  split,
  sqrt,
  stack,
  sub,
  sum,
  take,
  tanh,
  tensor,
  transpose,
  unsqueeze,
  where,
  type Shape,
  type Tensor,
  type Value,
} from "../src/index.ts";

let state = 1;
export const random = (...shape: number[]): Tensor => {
  const next = (): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648 - 0.5;
  };
  return tensor(Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next), { shape });
};
const ids = (shape: Shape, below: number): Tensor =>
  tensor(
    Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i * 7 + 3) % below),
    { shape },
  );

export interface Lstm {
  readonly wx: Value;
  readonly wh: Value;
  readonly b: Value;
}
export type State = { readonly h: Value; readonly c: Value };
/** The step of an LSTM, written by a user. */
export const lstm =
  ({ wx, wh, b }: Lstm) =>
  ({ h, c }: State, x: Value): readonly [State, Value] => {
    const [i, f, o, g] = split(add(matmul(x, wx), matmul(h, wh), b), 4);
    const cNext = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    const hNext = mul(sigmoid(o), tanh(cNext));
    return [{ h: hNext, c: cNext }, hNext];
  };
const weights = (inputs: number, hidden: number): { wx: Tensor; wh: Tensor; b: Tensor } => ({
  wx: random(inputs, 4 * hidden),
  wh: random(hidden, 4 * hidden),
  b: random(4 * hidden),
});

const [T, B, I, H, V] = [9, 4, 3, 4, 5];

/** Programs of every kind of shape and flow, with what they are called with. */
export const programs: Record<string, readonly [(...args: never[]) => unknown, readonly unknown[]]> = {
  "an LSTM with the gradient of everything": [
    (p: Lstm, h: Value, c: Value, xs: Value) => {
      const [last, hs] = scan(lstm(p), { h, c }, xs);
      return { last, g: gradient(add(sum(mul(hs, hs)), sum(last.c)), { p, h, c, xs }) };
    },
    [weights(I, H), random(B, H), random(B, H), random(T, B, I)],
  ],
  "a language model of two layers, trained by one step of RMSProp": [
    (p: { e: Value; a: Lstm; b: Lstm; w: Value; v: Value }, m: Value, x: Value, y: Value) => {
      const start = {
        h: full(0, { dtype: "f64", shape: [B, H] }),
        c: full(0, { dtype: "f64", shape: [B, H] }),
      };
      const [, one] = scan(lstm(p.a), start, take(p.e, x));
      const [last, two] = scan(lstm(p.b), start, one);
      const loss = mean(crossEntropy(add(matmul(two, p.w), p.v), y));
      const g = gradient(loss, p);
      const mNext = add(mul(0.9, m, m), mul(0.1, g.w, g.w));
      return { loss, last, g, m: mNext, w: sub(p.w, mul(0.01, div(g.w, sqrt(add(mNext, 1e-8))))) };
    },
    [
      { e: random(V, I), a: weights(I, H), b: weights(H, H), w: random(H, V), v: random(V) },
      random(H, V),
      ids([T, B], V),
      ids([T, B], V),
    ],
  ],
  "a step that swaps its states": [
    (a: Value, b: Value) =>
      scan((s: { a: Value; b: Value }) => [{ a: s.b, b: s.a }, { seen: s.a }], { a, b }, undefined, {
        length: 5,
      }),
    [random(2), random(2)],
  ],
  "states that read each other's old values": [
    (a: Value, b: Value, xs: Value) =>
      scan(
        (s: { a: Value; b: Value }, x: Value) => {
          const next = { a: add(s.a, mul(s.b, x)), b: sub(tanh(s.b), transpose(s.a)) };
          return [next, stack([s.a, next.b])];
        },
        { a, b },
        xs,
      ),
    [random(3, 3), random(3, 3), random(T, 3, 3)],
  ],
  "a reversed scan that emits old and new state": [
    (s: Value, xs: Value) =>
      scan(
        (h: Value, x: Value) => {
          const next = tanh(add(h, x));
          return [next, { old: h, next, x, twice: next }];
        },
        s,
        xs,
        { reverse: true },
      ),
    [random(3), random(T, 3)],
  ],
  "nested scans with a captured weight": [
    (w: Value, s: Value, xs: Value) => {
      const [last, all] = scan(
        (h: Value, row: Value) => {
          const [inner, seen] = scan(
            (g: Value, x: Value) => {
              const next = tanh(add(matmul(g, w), x));
              return [next, next];
            },
            h,
            row,
          );
          return [inner, seen];
        },
        s,
        xs,
      );
      return { last, all, g: gradient(sum(mul(all, all)), { w, s, xs }) };
    },
    [random(3, 3), random(2, 3), random(3, 4, 2, 3)],
  ],
  "movements between maps, reductions and concatenations": [
    (x: Value, y: Value) => {
      const a = tanh(add(x, transpose(y)));
      const b = concat(
        [a, mul(2, a), transpose(reshape(a, [4, 6]), [1, 0])] as const satisfies readonly Value[],
        {
          axis: 0,
        },
      );
      const c = reshape(transpose(b), [-1]);
      return {
        b,
        c: slice(c, 3, 40, { step: 3 }),
        d: sum(max(b, { axis: 0 })),
        e: add(unsqueeze(mean(b, { axis: 1 }), 1), b),
      };
    },
    [random(6, 4), random(4, 6)],
  ],
  "a total of a product on top of squares": [
    (x: Value, w: Value) => sum(add(mul(x, x), matmul(x, w)), { axis: 0 }),
    [random(3, 4), random(4, 4)],
  ],
  "slices with a step, paddings, and their gradients": [
    (x: Value) => {
      const y = slice(tanh(x), 1, 6, { step: 2 });
      const padded = pad(mul(y, y), 2, 1, { value: 3 });
      return {
        y,
        padded,
        g: gradient(sum(mul(padded, padded)), x),
        both: concat([x, pad(x, 0, 1)], { axis: 0 }),
      };
    },
    [random(7, 3)],
  ],
  "softmax, log-sum-exp and masks": [
    (x: Value, mask: Value) => {
      const p = softmax(where(mask, x, -Infinity), { axis: 1 });
      const z = logSumExp(add(x, p), { axis: 0 });
      return { p, z, g: gradient(sum(mul(z, z)), x) };
    },
    [
      random(4, 5),
      tensor(Array.from({ length: 4 }, (_, i) => Array.from({ length: 5 }, (_, j) => (i + j) % 3 > 0))),
    ],
  ],
  "noise from keys, per step": [
    (key: Value, x: Value) => {
      const [one, two] = fork(key, 2);
      const drawn = bernoulli(one, 0.5, x.shape);
      const step = (s: Value, k: Value): readonly [Value, Value] => [
        where(bernoulli(k, 0.7, s.shape), add(s, 1), s),
        s,
      ];
      return { drawn, walk: scan(step, x, forkEach(two, T)), running: cumsum(x, { axis: 0 }) };
    },
    [randomKey(5), random(4, 3)],
  ],
  "values that leave as they came, twice, and moved": [
    (x: Value) => ({
      x,
      y: transpose(x),
      z: transpose(x),
      w: mul(x, x),
      d: detach(mul(x, x)),
      f: full(2, x.type),
    }),
    [random(3, 2)],
  ],
  "reductions of positions and constants alone": [
    (x: Value) => {
      const positions = iota(5, { dtype: "f64" });
      const some = greater(iota(4), 1);
      return [mul(x, sum(positions)), add(x, max(mul(positions, positions))), where(any(some), x, 0)];
    },
    [random(3)],
  ],
  "second derivatives through a scan": [
    (w: Value, xs: Value) => {
      const [h] = scan((s: Value, x: Value) => [tanh(add(mul(w, s), x)), undefined], full(0, w.type), xs);
      const g = gradient(sum(mul(h, h)), w);
      return gradient(sum(mul(g, g)), w);
    },
    [random(3), random(6, 3)],
  ],
  "scans of one step and of none": [
    (s: Value, xs: Value) => {
      const step = (h: Value, x: Value): readonly [Value, Value] => [add(h, x), mul(h, x)];
      return [scan(step, s, slice(xs, 0, 1)), scan(step, s, slice(xs, 0, 0)), scan(step, s, xs)];
    },
    [random(2), random(3, 2)],
  ],
};
