// Cells of the literature as a user writes them, of ops and specs: none of these is the package's own.
import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  add,
  bernoulli,
  cast,
  compile,
  concat,
  constant,
  div,
  fork,
  full,
  less,
  matmul,
  mod,
  mul,
  randomKey,
  sigmoid,
  split,
  sub,
  tanh,
  tensor,
  where,
  type Tensors,
  type TensorType,
  type Value,
  type Values,
} from "@unroll/core";
import {
  cell,
  filled,
  init,
  initialState,
  layerNorm,
  linear,
  lstm,
  orthogonal,
  param,
  state,
  uniform,
  unroll,
  zeros,
  type Cell,
  type LstmState,
} from "../src/index.ts";
import { nested, numbers } from "./numbers.ts";
import { expectSame } from "./trees.ts";

const f64 = { dtype: "f64" } as const;

/** The final state and the outputs from the initial state on. */
const outputs =
  <P, S, X, Y>(of: Cell<P, S, X, Y>, batch: number) =>
  (p: Values<P>, xs: X, key?: Value): [Values<S>, Y] =>
    unroll(of, p, initialState(of.state, { batch, ...f64 }), xs, { key });

describe("phased LSTM (Neil, Pfeiffer and Liu, 2016): time is part of the input", () => {
  const phased = (inputs: number, hidden: number, leak = 1e-3) => {
    const inner = lstm(inputs, hidden);
    return cell({
      params: {
        inner: inner.params,
        period: param([hidden], ([n = 0], r) => Array.from({ length: n }, () => Math.exp(2 * r.uniform()))),
        shift: param([hidden], uniform(1)),
        open: param([hidden], filled(0.4)),
      },
      state: inner.state,
      step({ inner: p, period, shift, open }, s, { x, t }: { readonly x: Value; readonly t: Value }) {
        const phase = div(mod(sub(t, shift), period), period);
        const rising = div(mul(2, phase), open);
        const falling = sub(2, rising);
        const k = where(
          less(phase, div(open, 2)),
          rising,
          where(less(phase, open), falling, mul(leak, phase)),
        );
        const [next] = inner.step(p, s, x);
        const mix = (a: Value, b: Value): Value => add(mul(k, a), mul(sub(1, k), b));
        const h = mix(next.h, s.h);
        return [{ h, c: mix(next.c, s.c) }, h];
      },
    });
  };
  const c = phased(3, 4);
  const xs = { x: numbers([5, 2, 3], "xs"), t: numbers([5, 2, 1], "times", 4) };

  test("its gradient is that of differences, by time as well", () => {
    checkGradient(
      (p: Values<typeof c.params>, xs: { x: Value; t: Value }) => outputs(c, 2)(p, xs),
      [init(c.params, 1, f64), xs],
    );
  });
});

describe("clockwork RNN (Koutnik et al., 2014): the clock is integer state", () => {
  const periods = [1, 2, 4];
  const each = 2;
  const hidden = each * periods.length;
  // A block hears those that are slower than itself.
  const hears = Array.from({ length: hidden }, (_, i) =>
    Array.from({ length: hidden }, (_, j) => Number(Math.floor(i / each) >= Math.floor(j / each))),
  );
  const clockwork = cell({
    params: {
      wx: param([3, hidden], uniform(1)),
      wh: param([hidden, hidden], orthogonal()),
      b: param([hidden], zeros),
    },
    state: { h: state(hidden), t: state(1, { dtype: "i32" }) },
    step({ wx, wh, b }, { h, t }, x) {
      const period = constant(
        tensor(
          periods.flatMap((p) => [p, p]),
          { dtype: "i32" },
        ),
      );
      const on = less(mod(t, period), 1);
      const connected = mul(wh, constant(tensor(hears, f64)));
      const next = where(on, tanh(add(matmul(x, wx), matmul(h, connected), b)), h);
      return [{ h: next, t: add(t, 1) }, next];
    },
  });
  const given = [init(clockwork.params, 1, f64), numbers([6, 2, 3], "xs")] as const;

  test("a block of period p changes at every p-th step", () => {
    const run = compile((p: Values<typeof clockwork.params>, xs: Value) => outputs(clockwork, 2)(p, xs));
    const [last, hs] = run(...given);
    expect([...last.t.data]).toEqual([6, 6]);
    const steps = nested(hs) as number[][][];
    steps.slice(1).forEach((rows, i) => {
      periods.forEach((period, block) => {
        const changed = rows[0]![each * block] !== steps[i]![0]![each * block];
        expect(changed).toBe((i + 1) % period === 0);
      });
    });
  });

  test("its gradient is that of differences", () => {
    checkGradient(
      (p: Values<typeof clockwork.params>, xs: Value) => outputs(clockwork, 2)(p, xs),
      [...given],
    );
  });
});

describe("recurrent highway network (Zilly et al., 2017) with one mask per sequence (Gal, 2016)", () => {
  const rhn = (inputs: number, hidden: number, depth: number) =>
    cell({
      params: {
        wx: param([inputs, 2 * hidden], uniform(0.5)),
        micro: Array.from({ length: depth }, () => ({
          w: param([hidden, 2 * hidden], uniform(0.5)),
          b: param([2 * hidden], zeros),
        })),
      },
      state: { h: state(hidden) },
      step({ wx, micro }, { h }, x) {
        const next = micro.reduce((s, { w, b }, depth) => {
          const [a, g] = split(add(matmul(s, w), b, depth === 0 ? matmul(x, wx) : 0), 2);
          const t = sigmoid(g);
          return add(mul(tanh(a), t), mul(s, sub(1, t)));
        }, h);
        return [{ h: next }, next];
      },
    });
  const mask =
    (rate: number) =>
    (type: TensorType, key?: Value): Value =>
      key ? div(cast(bernoulli(key, 1 - rate, type.shape), type.dtype), 1 - rate) : full(1, type);
  const inner = rhn(3, 4, 3);
  const variational = cell({
    params: inner.params,
    state: { ...inner.state, maskX: state(3, { init: mask(0.4) }), maskH: state(4, { init: mask(0.4) }) },
    step(p, { h, maskX, maskH }, x) {
      const [next, y] = inner.step(p, { h: mul(h, maskH) }, mul(x, maskX));
      return [{ ...next, maskX, maskH }, y];
    },
  });
  const p = init(inner.params, 1, f64);
  const xs = numbers([4, 2, 3], "xs");

  test("without a key it is the plain network", () => {
    const masked = compile((p: Values<typeof inner.params>, xs: Value) => outputs(variational, 2)(p, xs)[1]);
    const plain = compile((p: Values<typeof inner.params>, xs: Value) => outputs(inner, 2)(p, xs)[1]);
    expectSame(masked(p, xs), plain(p, xs));
  });

  test("masks stay for the sequence, and gradients are those of differences", () => {
    const f = (p: Values<typeof inner.params>, xs: Value, key: Value) => {
      const start = initialState(variational.state, { batch: 2, ...f64, key });
      const [last, ys] = unroll(variational, p, start, xs);
      return { start, last, ys };
    };
    const { start, last } = compile(f)(p, xs, randomKey(1));
    expectSame([start.maskX, start.maskH], [last.maskX, last.maskH]);
    expect(new Set(start.maskX.data).size).toBe(2);
    checkGradient(f, [p, xs, randomKey(1)]);
  });
});

describe("zoneout (Krueger et al., 2017): the key is the fourth argument", () => {
  const zoneout = <P>(inner: Cell<P, LstmState>, rate: { h: number; c: number }): Cell<P, LstmState> =>
    cell<P, LstmState>({
      ...inner,
      step(p, s, x, key) {
        const [ki, kh, kc] = key ? fork(key, 3) : [];
        const [next] = inner.step(p, s, x, ki);
        const keep = (old: Value, fresh: Value, rate: number, k?: Value): Value =>
          k ? where(bernoulli(k, rate, fresh.shape), old, fresh) : add(mul(rate, old), mul(1 - rate, fresh));
        const h = keep(s.h, next.h, rate.h, kh);
        return [{ h, c: keep(s.c, next.c, rate.c, kc) }, h];
      },
    });
  const c = zoneout(lstm(3, 50), { h: 0.3, c: 0.5 });
  type P = Values<typeof c.params>;
  const p = init(c.params, 1, f64);

  test("without a key every step is the expectation over keys", () => {
    const step = (p: P, s: Values<LstmState>, x: Value, key?: Value) => c.step(p, s, x, key)[0];
    const s = { h: numbers([1, 50], "h"), c: numbers([1, 50], "c") };
    const x = numbers([1, 3], "x");
    const expected = compile((p: P, s: Values<LstmState>, x: Value) => step(p, s, x))(p, s, x);
    const draw = compile(step as (p: P, s: Values<LstmState>, x: Value, key: Value) => Values<LstmState>);
    const n = 400;
    const sums = new Float64Array(50);
    for (let seed = 0; seed < n; seed++)
      draw(p, s, x, randomKey(seed)).c.data.forEach((y, i) => (sums[i]! += y / n));
    // The two outcomes are at most 4 apart, so the mean of n has a deviation of at most 2 / sqrt(n).
    sums.forEach((y, i) => expect(Math.abs(y - expected.c.data[i]!)).toBeLessThan((5 * 2) / Math.sqrt(n)));
  });

  test("its gradient is that of differences, with noise and without", () => {
    const xs = numbers([4, 2, 3], "xs");
    checkGradient((p: P, xs: Value) => outputs(c, 2)(p, xs), [p, xs]);
    checkGradient((p: P, xs: Value, key: Value) => outputs(c, 2)(p, xs, key), [p, xs, randomKey(1)]);
  });
});

describe("peephole LSTM (Gers and Schmidhuber, 2000) with layer norm, three layers with skips", () => {
  const peephole = (inputs: number, hidden: number) => {
    const [nx, nh, nc] = [layerNorm(4 * hidden), layerNorm(4 * hidden), layerNorm(hidden)];
    return cell({
      params: {
        wx: param([inputs, 4 * hidden], uniform(0.5)),
        wh: param([hidden, 4 * hidden], orthogonal()),
        peep: {
          i: param([hidden], uniform(1)),
          f: param([hidden], uniform(1)),
          o: param([hidden], uniform(1)),
        },
        nx: nx.params,
        nh: nh.params,
        nc: nc.params,
      },
      state: { h: state(hidden), c: state(hidden) },
      step(p, { h, c }, x) {
        const z = add(nx.apply(p.nx, matmul(x, p.wx)), nh.apply(p.nh, matmul(h, p.wh)));
        const [zi, zf, zo, zg] = split(z, 4);
        const i = sigmoid(add(zi, mul(p.peep.i, c)));
        const f = sigmoid(add(zf, mul(p.peep.f, c)));
        const cNext = add(mul(f, c), mul(i, tanh(zg)));
        const o = sigmoid(add(zo, mul(p.peep.o, cNext)));
        const hNext = mul(o, tanh(nc.apply(p.nc, cNext)));
        return [{ h: hNext, c: cNext }, hNext];
      },
    });
  };
  const skips = (inputs: number, hidden: number, size: number) => {
    const first = peephole(inputs, hidden);
    const [second, third] = [peephole(inputs + hidden, hidden), peephole(inputs + hidden, hidden)];
    const out = linear(3 * hidden, size);
    return cell({
      params: { first: first.params, second: second.params, third: third.params, out: out.params },
      state: { first: first.state, second: second.state, third: third.state },
      step(p, s, x) {
        const [s1, h1] = first.step(p.first, s.first, x);
        const [s2, h2] = second.step(p.second, s.second, concat([x, h1]));
        const [s3, h3] = third.step(p.third, s.third, concat([x, h2]));
        return [{ first: s1, second: s2, third: s3 }, out.apply(p.out, concat([h1, h2, h3]))];
      },
    });
  };

  test("a cell of cells has the gradient of differences", () => {
    const c = skips(3, 4, 2);
    const f = (p: Values<typeof c.params>, xs: Value) => outputs(c, 2)(p, xs);
    checkGradient(f, [init(c.params, 1, f64), numbers([3, 2, 3], "xs")]);
  });

  test("a list of layers is a cell as well", () => {
    const layers = Array.from({ length: 3 }, (_, l) => peephole(l === 0 ? 3 : 7, 4));
    const deep = cell({
      params: layers.map((layer) => layer.params),
      state: layers.map((layer) => layer.state),
      step(p, s, x) {
        const hs: Value[] = [];
        const next = layers.map((layer, l) => {
          const below = hs.at(-1);
          const [after, h] = layer.step(p[l]!, s[l]!, below ? concat([x, below]) : x);
          hs.push(h);
          return after;
        });
        return [next, concat(hs)];
      },
    });
    const f = (p: Values<typeof deep.params>, xs: Value) => outputs(deep, 2)(p, xs);
    const p: Tensors<typeof deep.params> = init(deep.params, 1, f64);
    const [last, ys] = compile(f)(p, numbers([3, 2, 3], "xs"));
    expect(ys.shape).toEqual([3, 2, 12]);
    expect(last).toHaveLength(3);
    checkGradient(f, [p, numbers([3, 2, 3], "xs")]);
  });
});
