/**
 * Programs that recurrent-network code asks for, as a user writes them: small, run, and compared with what is known.
 * More of them, cells and attention above all, are in packages/layers/test/published-*.test.ts.
 */
import {
  add,
  argmax,
  bernoulli,
  cast,
  categorical,
  compile,
  concat,
  constant,
  conv2d,
  copy,
  crossEntropy,
  customGradient,
  detach,
  div,
  dotTree,
  elementwise,
  equal,
  evaluate,
  exp,
  fork,
  forkEach,
  full,
  gradient,
  greater,
  hostRandom,
  iota,
  jvp,
  less,
  log,
  logSumExp,
  mapTree,
  matmul,
  maxPool,
  mean,
  mul,
  neg,
  pullback,
  randomKey,
  randomNormal,
  ravel,
  reference,
  relu,
  reshape,
  scan,
  sizes,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  square,
  squeeze,
  stack,
  stateful,
  sub,
  sum,
  takeAlong,
  tanh,
  tensor,
  transpose,
  unsqueeze,
  where,
  type Tensor,
  type Tensors,
  type UnaryFunction,
  type Value,
  type Values,
} from "@unroll/core";
import {
  attend,
  batchNorm,
  embedding,
  generalScore,
  he,
  init,
  initialState,
  linear,
  lstm,
  ones,
  param,
  paramsOf,
  rnn,
  unroll,
  zeros,
} from "@unroll/layers";
import { adam, applyUpdates, chain, clipNorm, clipValue, rmsprop, sgd, type Memory } from "@unroll/optim";
import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";

const ids = (...numbers: number[][]): Tensor => tensor(numbers, { dtype: "i32" });

/** Eight by eight points with a bar that lies or stands in turn, and a little noise. */
const bars = (count: number): Float32Array => {
  const random = hostRandom(1, "bars");
  return Float32Array.from({ length: count * 64 }, (_, i) => {
    const [which, row, column] = [Math.floor(i / 64), Math.floor(i / 8) % 8, i % 8];
    const isOn = which % 2 === 0 ? row === 3 : column === 4;
    return Number(isOn) + 0.1 * random.normal();
  });
};

const rest = (x: Value, from: number): Value => slice(x, from);

describe("a trainer with noise, and a sampler over its weights", () => {
  const V = 5;
  const model = { embed: embedding(V, 3), rnn: lstm(3, 4), decode: linear(4, V) };
  const spec = paramsOf(model);
  type Params = Values<typeof spec>;
  type Carry = Values<typeof model.rnn.state>;
  const read = (p: Params, s: Carry, x: Value, key?: Value): readonly [Carry, Value] => {
    const embedded = model.embed.apply(p.embed, x);
    const noise = key && where(bernoulli(key, 0.5, embedded.shape), mul(2, embedded), 0);
    const [next, hs] = unroll(model.rnn, p.rnn, s, noise ?? embedded);
    return [next, model.decode.apply(p.decode, hs)];
  };
  const optimizer = chain(clipNorm(5), adam({ learningRate: 0.05 }));
  interface Training {
    readonly params: Params;
    readonly memory: Memory;
    readonly carry: Carry;
    readonly key: Value;
  }
  const trainStep = ({ params, memory, carry, key }: Training, { x, y }: { x: Value; y: Value }) => {
    const [next, use] = fork(key, 2);
    const [end, logits] = read(params, carry, x, use);
    const loss = mean(crossEntropy(logits, y));
    const [updates, remembered] = optimizer.update(gradient(loss, params), memory, params);
    return [
      { params: applyUpdates(params, updates), memory: remembered, carry: end, key: next },
      { loss },
    ] as const;
  };
  const start = (batch: number) => evaluate(initialState(model.rnn.state, { batch, dtype: "f32" }));
  const sampleStep = compile(
    (p: Params, s: { carry: Carry; token: Value; key: Value }, temperature: Value) => {
      const [key, use] = fork(s.key, 2);
      const [carry, logits] = read(p, s.carry, s.token);
      return { carry, token: categorical(use, div(logits, temperature)), key };
    },
  );

  test("the noise differs from step to step, and sampling has none", () => {
    const params = init(spec, 1);
    const trainer = stateful(trainStep, {
      params,
      memory: optimizer.init(params),
      carry: start(1),
      key: randomKey(2),
    });
    const batch = { x: ids([0], [1], [2]), y: ids([1], [2], [3]) };
    const losses = Array.from({ length: 20 }, () => trainer.step(batch).loss.data[0]!);
    expect(Math.min(...losses)).toBeLessThan(losses[0]! / 2);
    let s = { carry: start(1), token: ids([0]), key: randomKey(3) };
    for (let i = 0; i < 3; i++) s = sampleStep(trainer.state.params, s, tensor(0.8));
    expect(s.token.shape).toEqual([1, 1]);
    expect(trainer.compilations + sampleStep.compilations).toBe(2);
  });
});

describe("handwriting: a mixture of Gaussians", () => {
  const M = 2;
  const mixture = (y: Value) => {
    const [e, pi, mx, my, sx, sy, r] = split(y, [1, M, M, M, M, M, M]);
    return { e, pi, mx, my, sx, sy, rho: mul(0.9999, tanh(r)) };
  };
  const nll = (y: Value, target: Value, mask: Value): Value => {
    const { e, pi, mx, my, sx, sy, rho } = mixture(y);
    const [x1, x2, end] = split(target, 3);
    const [zx, zy] = [mul(sub(x1, mx), exp(neg(sx))), mul(sub(x2, my), exp(neg(sy)))];
    const q = sub(1, square(rho));
    const z = sub(add(square(zx), square(zy)), mul(2, rho, zx, zy));
    const logN = sub(neg(div(z, mul(2, q))), add(Math.log(2 * Math.PI), sx, sy, mul(0.5, log(q))));
    const density = sub(logSumExp(add(pi, logN), { axis: -1 }), logSumExp(pi, { axis: -1 }));
    const pen = neg(softplus(squeeze(where(greater(end, 0.5), neg(e), e), -1)));
    return sum(where(mask, neg(add(density, pen)), 0));
  };
  const draw = (y: Value, key: Value): Value => {
    const [k1, k2, k3] = fork(key, 3);
    const { e, pi, mx, my, sx, sy, rho } = mixture(y);
    const j = unsqueeze(categorical(k1, pi), 1);
    const pick = (v: Value) => takeAlong(v, j, { axis: 1 });
    const [n1, n2] = split(randomNormal(k2, { dtype: y.type.dtype, shape: [y.shape[0]!, 2] }), 2);
    const across = add(mul(pick(rho), n1), mul(sqrt(sub(1, square(pick(rho)))), n2));
    const up = cast(bernoulli(k3, div(1, add(1, exp(neg(e)))), e.shape), y.type.dtype);
    return concat([add(pick(mx), mul(exp(pick(sx)), n1)), add(pick(my), mul(exp(pick(sy)), across)), up]);
  };

  test("its likelihood has the gradient of differences, and points can be drawn", () => {
    const numbers = (n: number) => Float64Array.from({ length: n }, (_, i) => Math.sin(3 * i));
    const y = tensor(numbers(3 * 2 * 13), { shape: [3, 2, 13] });
    const target = tensor(numbers(18), { shape: [3, 2, 3] });
    const mask = tensor([
      [true, true],
      [true, false],
      [true, false],
    ]);
    checkGradient(nll, [y, target, mask]);
    const points = compile((y: Value, key: Value) => draw(squeeze(slice(y, 0, 1), 0), key))(y, randomKey(1));
    expect(points.shape).toEqual([2, 3]);
  });
});

test("scheduled sampling: a sampled token in the state does not stand in the gradient's way", () => {
  const V = 4;
  const model = { embed: embedding(V, 3), rnn: rnn(3, 4), decode: linear(4, V) };
  const spec = paramsOf(model);
  const loss = (p: Values<typeof spec>, input: Value, target: Value, key: Value): Value => {
    const [T, B] = sizes(input, 2);
    const first = {
      rnn: initialState(model.rnn.state, { batch: B, dtype: "f32" }),
      token: squeeze(slice(input, 0, 1), 0),
    };
    const [, logits] = scan(
      (s, { input, key }: { input: Value; key: Value }) => {
        const [coin, use] = fork(key, 2);
        const token = where(bernoulli(coin, 0.5, [B]), input, s.token);
        const [next, h] = model.rnn.step(p.rnn, s.rnn, model.embed.apply(p.embed, token));
        const logits = model.decode.apply(p.decode, h);
        return [{ rnn: next, token: categorical(use, logits) }, logits];
      },
      first,
      { input, key: forkEach(key, T) },
    );
    return mean(crossEntropy(logits, target));
  };
  checkGradient(loss, [
    init(spec, 1),
    ids([0, 1], [2, 3], [1, 0]),
    ids([2, 3], [1, 0], [3, 3]),
    randomKey(4),
  ]);
});

describe("a linear-chain CRF", () => {
  const logZ = (emit: Value, trans: Value, lengths: Value): Value => {
    const [alpha] = scan(
      (alpha, { e, t }: { e: Value; t: Value }) => {
        const next = add(logSumExp(add(unsqueeze(alpha, 2), trans), { axis: 1 }), e);
        return [where(unsqueeze(less(t, lengths), 1), next, alpha), undefined];
      },
      squeeze(slice(emit, 0, 1), 0),
      { e: rest(emit, 1), t: rest(iota(emit.shape[0]!), 1) },
    );
    return logSumExp(alpha, { axis: 1 });
  };
  const emit = tensor(
    Float64Array.from({ length: 12 }, (_, i) => Math.cos(2 * i)),
    { shape: [3, 2, 2] },
  );
  const trans = tensor(Float64Array.of(0.3, -0.4, 0.1, 0.7), { shape: [2, 2] });
  const lengths = tensor([3, 2], { dtype: "i32" });

  test("logZ is the sum over all paths", () => {
    const z = compile(logZ)(emit, trans, lengths).data;
    const e = (t: number, b: number, k: number) => emit.data[(t * 2 + b) * 2 + k]!;
    const [a, w] = [[0, 1], (i: number, j: number) => trans.data[2 * i + j]!];
    const three = a.flatMap((i) =>
      a.flatMap((j) => a.map((k) => Math.exp(e(0, 0, i) + w(i, j) + e(1, 0, j) + w(j, k) + e(2, 0, k)))),
    );
    const two = a.flatMap((i) => a.map((j) => Math.exp(e(0, 1, i) + w(i, j) + e(1, 1, j))));
    [three, two].forEach((paths, b) => expect(z[b]).toBeCloseTo(Math.log(paths.reduce((x, y) => x + y)), 12));
  });

  test("marginals are its gradient, and sum to 1 inside of each length", () => {
    const marginals = compile((emit: Value, trans: Value, lengths: Value) =>
      sum(gradient(sum(logZ(emit, trans, lengths)), emit), { axis: 2 }),
    )(emit, trans, lengths);
    [1, 1, 1, 1, 1, 0].forEach((one, i) => expect(marginals.data[i]).toBeCloseTo(one, 12));
  });
});

describe("CTC", () => {
  /** -log p of labels with blanks between, [B, U], given log-probabilities, [T, B, V]. */
  const ctc = (logp: Value, labels: Value, lengths: Value, labelLengths: Value): Value => {
    const [T, B] = sizes(logp, 3);
    const [, U] = sizes(labels, 2);
    const at = (lp: Value) => takeAlong(lp, labels, { axis: 1 });
    const none = (n: number) => full(-Infinity, { dtype: logp.type.dtype, shape: [B, n] });
    const shift = (a: Value, n: number) => concat([none(n), slice(a, 0, U - n, { axis: 1 })], { axis: 1 });
    const before = concat([slice(labels, 0, 2, { axis: 1 }), slice(labels, 0, U - 2, { axis: 1 })], {
      axis: 1,
    });
    const repeated = equal(labels, before); // blank, or the same as two before
    const first = where(unsqueeze(less(iota(U), 2), 0), at(squeeze(slice(logp, 0, 1), 0)), -Infinity);
    const [alpha] = scan(
      (a, { lp, t }: { lp: Value; t: Value }) => {
        const ways = stack([a, shift(a, 1), where(repeated, -Infinity, shift(a, 2))]);
        const next = add(logSumExp(ways, { axis: 0 }), at(lp));
        return [where(unsqueeze(less(t, lengths), 1), next, a), undefined];
      },
      first,
      { lp: rest(logp, 1), t: rest(iota(T), 1) },
    );
    const last = unsqueeze(mul(2, labelLengths), 1);
    const ends = concat([takeAlong(alpha, last, { axis: 1 }), takeAlong(alpha, sub(last, 1), { axis: 1 })], {
      axis: 1,
    });
    return neg(logSumExp(ends, { axis: 1 }));
  };
  const labels = ids([0, 1, 0, 2, 0]); // "12" with blanks
  const two = tensor([2], { dtype: "i32" });
  const loss = (logits: Value, labels: Value, lengths: Value, labelLengths: Value): Value =>
    sum(ctc(sub(logits, logSumExp(logits, { axis: -1, keepDims: true })), labels, lengths, labelLengths));

  test("is the sum over all alignments", () => {
    const logits = tensor(
      Float64Array.from({ length: 9 }, (_, i) => Math.sin(i)),
      { shape: [3, 1, 3] },
    );
    const p = evaluate(softmax(constant(logits))).data;
    const spell = (path: number[]) => path.filter((k, t) => k !== 0 && k !== path[t - 1]).join("");
    let total = 0;
    for (let n = 0; n < 27; n++) {
      const path = [Math.floor(n / 9), Math.floor(n / 3) % 3, n % 3];
      if (spell(path) === "12") total += path.reduce((product, k, t) => product * p[3 * t + k]!, 1);
    }
    const found = compile(loss)(logits, labels, tensor([3], { dtype: "i32" }), two).data[0];
    expect(found).toBeCloseTo(-Math.log(total), 12);
    checkGradient(loss, [logits, labels, tensor([3], { dtype: "i32" }), two]);
  });

  test("of labels that do not fit is infinite, with zero gradient", () => {
    const slopes = compile((x: Value, labels: Value, lengths: Value, n: Value) => {
      const l = loss(x, labels, lengths, n);
      return { l, dx: gradient(l, x) };
    })(tensor(new Float64Array(3), { shape: [1, 1, 3] }), labels, tensor([1], { dtype: "i32" }), two);
    expect(slopes.l.data[0]).toBe(Infinity);
    expect([...slopes.dx.data]).toEqual([0, 0, 0]);
  });
});

describe("Hessian-free products", () => {
  const net = rnn(1, 2);
  type P = Values<typeof net.params>;
  const run = (p: P, xs: Value): Value =>
    unroll(net, p, initialState(net.state, { batch: 1, dtype: "f64" }), xs)[1];
  const xs = tensor(Float64Array.of(0.5, -1, 2), { shape: [3, 1, 1] });
  const params = init(net.params, 1, { dtype: "f64" });
  const v = init(net.params, 2, { dtype: "f64" });

  test("of a loss that is quadratic in the outputs, Gauss-Newton's is the Hessian's without curvature of the net", () => {
    const { gauss, hessian, curvature } = compile((p: P, v: P, xs: Value) => {
      const z = run(p, xs);
      const loss = mul(0.5, sum(square(z)));
      const along = jvp(z, p, v);
      const gauss = pullback(z, jvp(gradient(loss, z), z, along), p);
      // What the Hessian has more: the outputs times the curvature of the net.
      const curved = gradient(dotTree(gradient(sum(mul(detach(z), z)), p), v), p);
      return { gauss, hessian: gradient(dotTree(gradient(loss, p), v), p), curvature: curved };
    })(params, v, xs);
    const [g, h, c] = [gauss, hessian, curvature].map((tree) => ravel(tree).vector);
    h!.forEach((x, i) => expect(x).toBeCloseTo(g![i]! + c![i]!, 10));
  });
});

describe("one model, trained in parts", () => {
  const V = 4;
  const model = { embed: embedding(V, 3), rnn: lstm(3, 3) };
  const spec = { ...paramsOf(model), bias: param([V], zeros) };
  type P = Values<typeof spec>;
  type Carry = Values<typeof model.rnn.state>;
  interface Batch {
    readonly x: Value;
    readonly y: Value;
  }
  const loss = (p: P, carry: Carry, { x, y }: Batch): readonly [Value, Carry] => {
    const [next, hs] = unroll(model.rnn, p.rnn, carry, model.embed.apply(p.embed, x));
    const logits = add(matmul(hs, transpose(p.embed.table)), p.bias); // tied: the same value twice
    return [mean(crossEntropy(logits, y)), next];
  };
  const slow = sgd({ learningRate: 1e-3 });
  const fast = chain(clipValue(5), rmsprop({ learningRate: (t) => div(2e-3, add(1, mul(1e-4, t))) }));
  interface S {
    readonly params: P;
    readonly slow: Memory;
    readonly fast: Memory;
    readonly carry: Carry;
  }
  const trainStep = (s: S, batch: Batch) => {
    const { rnn, bias, embed } = s.params;
    const [l, carry] = loss(s.params, s.carry, batch);
    const g = gradient(l, { rnn, bias }); // embed is frozen: nobody asks for it
    const [u1, m1] = slow.update(g.rnn, s.slow, rnn);
    const [u2, m2] = fast.update(g.bias, s.fast, bias);
    const params = { embed, rnn: applyUpdates(rnn, u1), bias: applyUpdates(bias, u2) };
    return [{ params, slow: m1, fast: m2, carry }, { loss: l }] as const;
  };
  const params = init(spec, 1);
  const carry = evaluate(initialState(model.rnn.state, { batch: 2, dtype: "f32" }));
  const batch = { x: ids([0, 1], [2, 3]), y: ids([2, 3], [1, 0]) };

  test("tied weights, a frozen part, two optimisers, and a state that is reset in part", () => {
    const fresh = { params, slow: slow.init(params.rnn), fast: fast.init(params.bias), carry };
    const trainer = stateful(trainStep, fresh);
    trainer.step(batch);
    const { state } = trainer;
    expect([...state.params.embed.table.data]).toEqual([...params.embed.table.data]);
    expect([...state.params.rnn.wx.data]).not.toEqual([...params.rnn.wx.data]);
    trainer.state = { ...trainer.state, carry: fresh.carry };
    expect([...copy(trainer.state).carry.h.data]).toEqual([...carry.h.data]);
  });

  test("gradients are accumulated by a scan over micro-batches", () => {
    const accumulate = (p: P, start: Carry, micro: Batch): P => {
      const zeros = mapTree((x) => full(0, x.type), p);
      const [[total]] = scan(
        ([sum, carry]: readonly [P, Carry], b: Batch) => {
          const [l, next] = loss(p, carry, b);
          return [[mapTree((s, g) => add(s, g), sum, gradient(l, p)), next], l];
        },
        [zeros, start],
        micro,
      );
      return total;
    };
    const twice = (x: Tensor) => tensor([...x.data, ...x.data], { dtype: "i32", shape: [2, 2, 2] });
    const total = compile(accumulate)(params, carry, { x: twice(batch.x), y: twice(batch.y) });
    const one = compile((p: P, carry: Carry, batch: Batch) => {
      const [first, next] = loss(p, carry, batch);
      const [second] = loss(p, detach(next), batch); // the state between the two is data to the second
      return mapTree((a, b) => add(a, b), gradient(first, p), gradient(second, p));
    })(params, carry, batch);
    total.bias.data.forEach((x, i) => expect(x).toBeCloseTo(one.bias.data[i]!, 6));
  });
});

describe("batch norm is two functions", () => {
  const C = 3;
  const parts = { gain: param([C], ones), bias: param([C], zeros) };
  const statistics = { mean: param([C], zeros), variance: param([C], ones) };
  type P = Values<typeof parts>;
  type Statistics = Values<typeof statistics>;
  const scale = ({ gain, bias }: P, m: Value, v: Value, x: Value): Value =>
    add(mul(div(sub(x, m), sqrt(add(v, 1e-5))), gain), bias);
  const train = (p: P, s: Statistics, x: Value): readonly [Statistics, Value] => {
    const m = mean(x, { axis: 0 });
    const v = mean(square(sub(x, m)), { axis: 0 });
    const blend = (old: Value, now: Value) => detach(add(mul(0.9, old), mul(0.1, now)));
    return [{ mean: blend(s.mean, m), variance: blend(s.variance, v) }, scale(p, m, v, x)];
  };

  test("statistics move, and nobody differentiates them", () => {
    const x = tensor([
      [1, 2, 3],
      [3, 2, 1],
    ]);
    const step = compile((p: P, s: Statistics, x: Value) => {
      const [seen, y] = train(p, s, x);
      return { seen, d: gradient(sum(square(y)), p) };
    });
    const { seen } = step(init(parts, 1), init(statistics, 1), x);
    [0.2, 0.2, 0.2].forEach((n, i) => expect(seen.mean.data[i]).toBeCloseTo(n, 6));
  });
});

describe("gradients of one's own", () => {
  const sine: UnaryFunction = elementwise("sine", {
    scalar: (s, x) => s.sin(x),
    vjp: (dy, [x]) => [mul(dy, cosine(x))],
  });
  const cosine: UnaryFunction = elementwise("cosine", {
    scalar: (s, x) => s.cos(x),
    vjp: (dy, [x]) => [neg(mul(dy, sine(x)))],
  });
  const spike = (v: Value): Value =>
    customGradient(cast(greater(v, 0), v.type.dtype), [v], (dy) => [mul(dy, sub(1, square(v)))]);

  test("two ops that are each other's derivative, and a spike with a surrogate, in a scan", () => {
    checkGradient((x: Value) => sine(x), [tensor([0.1, 1, 2])], { order: 2 });
    const slope = compile((w: Value) =>
      gradient(
        scan((v: Value) => [sub(mul(0.9, v), spike(v)), undefined], w, undefined, { length: 3 })[0],
        w,
      ),
    );
    expect(slope(tensor(0.5)).data[0]).not.toBe(0);
  });
});

describe("gradients that leave the program", () => {
  const net = linear(2, 1);
  type P = Values<typeof net.params>;
  const optimizer = adam({ learningRate: 0.1 });
  const backward = compile((p: P, b: { x: Value; y: Value }) => {
    const loss = mean(square(sub(net.apply(p, b.x), b.y)));
    return { loss, grads: gradient(loss, p) };
  });
  const batch = {
    x: tensor([
      [1, 2],
      [3, 1],
    ]),
    y: tensor([[1], [2]]),
  };
  const params = init(net.params, 1);

  test("backward and update are two programs over one set of weights", async () => {
    const update = ({ params, memory }: { params: P; memory: Memory }, grads: P) => {
      const [u, m] = optimizer.update(grads, memory, params);
      return [{ params: applyUpdates(params, u), memory: m }, {}] as const;
    };
    const updater = stateful(update, { params, memory: optimizer.init(params) });
    const allReduce = async (grads: Tensors<P>) => grads;
    const losses: number[] = [];
    for (let i = 0; i < 30; i++) {
      const { loss, grads } = backward(updater.state.params, batch);
      updater.step(await allReduce(grads));
      losses.push(loss.data[0]!);
    }
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 10);
  });

  test("a method of the host sees a vector", () => {
    const { vector, unravel } = ravel(params);
    let x = vector;
    for (let i = 0; i < 50; i++) {
      const g = ravel(backward(unravel(x), batch).grads).vector;
      x = x.map((n, k) => n - 0.05 * g[k]!);
    }
    expect(backward(unravel(x), batch).loss.data[0]).toBeLessThan(backward(params, batch).loss.data[0]! / 5);
  });
});

test("many lengths: one program per bucket, one set of weights", () => {
  const model = { rnn: lstm(2, 3), embed: embedding(9, 2), head: linear(3, 2) };
  const spec = paramsOf(model);
  const classify = compile(
    (p: Values<typeof spec>, ids: Value, lengths: Value) => {
      const [, B] = sizes(ids, 2);
      const start = initialState(model.rnn.state, { batch: B, dtype: "f64" });
      const [last] = unroll(model.rnn, p.rnn, start, model.embed.apply(p.embed, ids), { lengths });
      return model.head.apply(p.head, last.h);
    },
    { engine: reference() },
  );
  const params = init(spec, 1, { dtype: "f64" });
  const pad = (text: number[], length: number) => ids(...Array.from({ length }, (_, t) => [text[t] ?? 0]));
  const length = (n: number) => tensor([n], { dtype: "i32" });
  const short = classify(params, pad([1, 2, 3], 4), length(3));
  const same = classify(params, pad([1, 2, 3], 8), length(3));
  classify(params, pad([4, 5], 4), length(2));
  expect([...same.data]).toEqual([...short.data]);
  expect(classify.compilations).toBe(2);
});

describe("a convolutional encoder, batch norm, and captions by attention", () => {
  const [D, H, V] = [6, 8, 4];
  const parts = {
    embed: embedding(V, 5),
    rnn: lstm(5 + D, H),
    start: linear(D, H),
    score: generalScore(H, D),
    out: linear(H, V),
  };
  const norm = batchNorm(D);
  const conv = { w1: param([3, 3, 1, 4], he()), w2: param([3, 3, 4, D], he()) };
  const spec = { ...paramsOf(parts), conv, norm: norm.params };
  type P = Values<typeof spec>;
  type Statistics = Values<typeof norm.statistics>;
  type Mode = "training" | "evaluation";
  /** Images [B, 8, 8, 1] as notes [4, B, D]: one for each quarter. */
  const encode = (p: P, s: Statistics, image: Value, mode: Mode): readonly [Statistics, Value] => {
    const a = maxPool(relu(conv2d(image, p.conv.w1, { padding: 1 })), 2);
    const z = conv2d(a, p.conv.w2, { padding: 1 });
    const [seen, n] = mode === "training" ? norm.train(p.norm, s, z) : [s, norm.apply(p.norm, s, z)];
    const f = maxPool(relu(n), 2);
    const [B, h, w] = sizes(f, 4);
    return [seen, transpose(reshape(f, [B, h * w, D]), [1, 0, 2])];
  };
  const caption = (p: P, notes: Value, words: Value) => {
    const h = tanh(parts.start.apply(p.start, mean(notes, { axis: 0 })));
    const step = (s: { h: Value; c: Value }, x: Value) => {
      const { context, weights } = attend(parts.score.apply(p.score, s.h, notes), notes);
      const [next, y] = parts.rnn.step(p.rnn, s, concat([x, context]));
      return [next, { y, weights }] as const;
    };
    const [, { y, weights }] = scan(step, { h, c: mul(0, h) }, parts.embed.apply(p.embed, words));
    return { logits: parts.out.apply(p.out, y), weights };
  };
  interface Batch {
    readonly image: Value;
    readonly words: Value;
    readonly next: Value;
  }
  const loss = (p: P, s: Statistics, { image, words, next }: Batch): readonly [Statistics, Value] => {
    const [seen, notes] = encode(p, s, image, "training");
    const { logits, weights } = caption(p, notes, words);
    // Doubly stochastic attention: over a caption every note should be read about once.
    const unread = mean(square(sub(1, sum(weights, { axis: 0 }))));
    return [seen, add(mean(crossEntropy(logits, next)), mul(0.01, unread))];
  };
  const image = tensor(bars(6), { shape: [6, 8, 8, 1] });
  const words = ids([0, 0, 0, 0, 0, 0], [1, 2, 1, 2, 1, 2], [3, 3, 3, 3, 3, 3]);
  const next = ids([1, 2, 1, 2, 1, 2], [3, 3, 3, 3, 3, 3], [2, 1, 2, 1, 2, 1]);

  test("its gradient is that of differences, down to the first filter", () => {
    const type = { dtype: "f32", shape: [D] } as const;
    const s = { mean: full(0, type), variance: full(1, type) };
    checkGradient((p: P, b: Batch) => loss(p, s, b)[1], [init(spec, 1), { image, words, next }]);
  });

  test("it learns to say which bar it sees", () => {
    const optimizer = adam({ learningRate: 0.02 });
    interface Training {
      readonly params: P;
      readonly statistics: Statistics;
      readonly memory: Memory;
    }
    const trainer = stateful(
      ({ params, statistics, memory }: Training, batch: Batch) => {
        const [seen, l] = loss(params, statistics, batch);
        const [updates, remembered] = optimizer.update(gradient(l, params), memory, params);
        const after = { params: applyUpdates(params, updates), statistics: seen, memory: remembered };
        return [after, { loss: l }] as const;
      },
      {
        params: init(spec, 1),
        statistics: init(norm.statistics, 1),
        memory: optimizer.init(init(spec, 1)),
      },
    );
    for (let i = 0; i < 60; i++) trainer.step({ image, words, next });
    const say = compile((p: P, s: Statistics, image: Value, words: Value) => {
      const { logits, weights } = caption(p, encode(p, s, image, "evaluation")[1], words);
      return { said: argmax(logits, { axis: -1 }), weights };
    });
    const { params, statistics } = trainer.state;
    const { said, weights } = say(params, statistics, image, words);
    expect([...said.data]).toEqual([...next.data]);
    expect(weights.shape).toEqual([3, 4, 6]);
    expect([...statistics.mean.data]).not.toEqual([...init(norm.statistics, 1).mean.data]);
  });
});
