// Models of the literature as a user writes them: nothing here is part of the package.
import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  add,
  cast,
  clamp,
  compile,
  concat,
  crossEntropy,
  customGradient,
  detach,
  div,
  einsum,
  evaluate,
  exp,
  full,
  gradient,
  greater,
  iota,
  less,
  mapTree,
  matmul,
  mean,
  mul,
  neg,
  scan,
  sizes,
  softmax,
  split,
  square,
  stateful,
  sub,
  sum,
  take,
  tanh,
  tensor,
  transpose,
  unsqueeze,
  where,
  type Value,
  type Values,
} from "@unroll/core";
import {
  cell,
  embedding,
  init,
  initialState,
  linear,
  lstm,
  param,
  paramsOf,
  rnn,
  state,
  uniform,
  unroll,
} from "../src/index.ts";
import { numbers } from "./numbers.ts";
import { cut, expectSame } from "./trees.ts";

const f64 = { dtype: "f64" } as const;

describe("handwriting synthesis (Graves, 2013): a cell made inside of the graph reads a text", () => {
  const [K, V, H] = [3, 4, 5];
  const clip = (x: Value, limit: number): Value => customGradient(x, [x], (dy) => [clamp(dy, -limit, limit)]);
  const parts = { l1: lstm(3 + V, H), l2: lstm(3 + H + V, H), win: linear(H, 3 * K), out: linear(2 * H, 7) };
  const params = paramsOf(parts);
  const spec = { l1: parts.l1.state, l2: parts.l2.state, kappa: state(K), w: state(V) };
  const reading = (text: Value) =>
    cell({
      params,
      state: spec,
      step(p, s, x) {
        const [s1, h1] = parts.l1.step(p.l1, s.l1, clip(concat([x, s.w]), 10));
        const [a, b, k] = split(exp(parts.win.apply(p.win, h1)), 3);
        const kappa = add(s.kappa, k);
        const u = cast(iota(text.shape[1]!), x.type.dtype);
        const distance = square(sub(unsqueeze(kappa, 2), u));
        const phi = sum(mul(unsqueeze(a, 2), exp(mul(neg(unsqueeze(b, 2)), distance))), { axis: 1 });
        const w = einsum("bu,buv->bv", phi, text);
        const [s2, h2] = parts.l2.step(p.l2, s.l2, clip(concat([x, h1, w]), 10));
        return [
          { l1: s1, l2: s2, kappa, w },
          { y: parts.out.apply(p.out, concat([h1, h2])), phi },
        ];
      },
    });
  type P = Values<typeof params>;
  const write = (p: P, text: Value, xs: Value) =>
    unroll(reading(text), p, initialState(spec, { batch: 2, ...f64 }), xs);

  test("its gradient is that of differences, by the text as well", () => {
    const text = numbers([2, 6, V], "text", 0.5);
    const xs = numbers([3, 2, 3], "xs");
    checkGradient(write, [init(params, 1, f64), text, xs]);
  });
});

describe("encoder and decoder with attention (Luong, Pham and Manning, 2015)", () => {
  const H = 4;
  const model = {
    source: embedding(7, 3),
    target: embedding(6, 3),
    encoder: lstm(3, H),
    decoder: lstm(3 + H, H),
    join: linear(2 * H, H),
    out: linear(H, 6),
  };
  const spec = { ...paramsOf(model), attend: param([H, H], uniform(1)) };
  type P = Values<typeof spec>;
  interface Decode {
    readonly rnn: Values<typeof model.decoder.state>;
    readonly feed: Value;
  }
  const translate = (p: P, source: Value, lengths: Value, input: Value): Value => {
    const [S, B] = sizes(source, 2);
    const start = initialState(model.encoder.state, { batch: B, ...f64 });
    const words = model.source.apply(p.source, source);
    const [last, hs] = unroll(model.encoder, p.encoder, start, words, { lengths });
    const mask = less(unsqueeze(iota(S), 1), unsqueeze(lengths, 0));
    const step = ({ rnn, feed }: Decode, token: Value): readonly [Decode, Value] => {
      const word = model.target.apply(p.target, token);
      const [next, h] = model.decoder.step(p.decoder, rnn, concat([word, feed]));
      const score = einsum("sbh,bh->sb", hs, matmul(h, p.attend));
      const a = softmax(where(mask, score, -Infinity), { axis: 0 });
      const read = tanh(model.join.apply(p.join, concat([h, einsum("sb,sbh->bh", a, hs)])));
      return [{ rnn: next, feed: read }, model.out.apply(p.out, read)];
    };
    const [, logits] = scan(step, { rnn: last, feed: full(0, { ...f64, shape: [B, H] }) }, input);
    return logits;
  };
  const i32 = { dtype: "i32" } as const;
  const p = init(spec, 1, f64);
  const source = tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
      [0, 1, 0],
      [2, 0, 0],
    ],
    i32,
  ); // [S, B], padded by 0
  const input = tensor(
    [
      [1, 2, 3],
      [4, 5, 0],
    ],
    i32,
  );

  test("padding of the source changes nothing", () => {
    const run = compile((p: P, source: Value, lengths: Value, input: Value) =>
      translate(p, source, lengths, input),
    );
    const all = run(p, source, tensor([4, 3, 2], i32), input);
    [4, 3, 2].forEach((length, b) => {
      const own = cut(cut(source, 0, 0, length), 1, b, b + 1);
      const one = run(p, own, tensor([length], i32), cut(input, 1, b, b + 1));
      expectSame(cut(all, 1, b, b + 1), one);
    });
  });

  test("its gradient is that of differences", () => {
    checkGradient(translate, [p, source, tensor([4, 3, 2], i32), input]);
  });

  test("beam search takes rows of the state of any cell", () => {
    const rows = compile((s: Values<typeof model.decoder.state>, parents: Value) =>
      mapTree((x) => take(x, parents), s),
    );
    const s = { h: numbers([3, H], "h"), c: numbers([3, H], "c") };
    const { h } = rows(s, tensor([2, 2, 0], i32));
    const row = (from: number) => s.h.data.slice(from * H, (from + 1) * H);
    expect([...h.data]).toEqual([...row(2), ...row(2), ...row(0)]);
  });
});

describe("the regulariser of Pascanu, Mikolov and Bengio, 2013: a probe gives dL/dh", () => {
  const [T, B, H] = [4, 2, 3];
  const net = rnn(2, H);
  type P = Values<typeof net.params>;
  const omega = (p: P, xs: Value, target: Value): Value => {
    const probe = { h: full(0, { ...f64, shape: [T, B, H] }) };
    const start = initialState(net.state, { batch: B, ...f64 });
    const [, hs] = unroll(net, p, start, xs, { probe });
    const loss = mean(square(sub(hs, target)));
    const dh = detach(gradient(loss, probe).h);
    const norm2 = sum(square(dh), { axis: -1 });
    const back = sum(square(matmul(mul(dh, sub(1, square(detach(hs)))), transpose(p.wh))), { axis: -1 });
    return mean(square(sub(div(back, where(greater(norm2, 1e-20), norm2, 1)), 1)));
  };

  test("has a gradient by the recurrent weights alone", () => {
    const run = compile((p: P, xs: Value, target: Value) => {
      const value = omega(p, xs, target);
      return { value, d: gradient(value, p, { allowUnused: true }) };
    });
    const given = [init(net.params, 1, f64), numbers([T, B, 2], "xs"), numbers([T, B, H], "target")] as const;
    const { d } = run(...given);
    expect(Math.max(...d.wh.data.map(Math.abs))).toBeGreaterThan(1e-3);
    expect(Math.max(...d.wx.data.map(Math.abs))).toBe(0);
  });
});

describe("one model, three programs", () => {
  const model = { embed: embedding(5, 4), rnn: lstm(4, 8), decode: linear(8, 5) };
  const spec = paramsOf(model);
  type P = Values<typeof spec>;
  type Carry = Values<typeof model.rnn.state>;
  const score = (p: P, carry: Carry, x: Value, y: Value): { readonly loss: Value; readonly carry: Carry } => {
    const [next, hs] = unroll(model.rnn, p.rnn, carry, model.embed.apply(p.embed, x));
    return { loss: mean(crossEntropy(model.decode.apply(p.decode, hs), y)), carry: next };
  };
  interface Training {
    readonly params: P;
    readonly carry: Carry;
  }
  const trainStep = ({ params, carry }: Training, { x, y }: { readonly x: Value; readonly y: Value }) => {
    const { loss, carry: next } = score(params, carry, x, y);
    const updated = mapTree((w, dw) => sub(w, dw), params, gradient(loss, params));
    return [{ params: updated, carry: next }, { loss }] as const;
  };

  test("a sequence that repeats is learnt across chunks, and scored by the same weights", () => {
    const carry = evaluate(initialState(model.rnn.state, { batch: 1, dtype: "f32" }));
    const trainer = stateful(trainStep, { params: init(spec, 1), carry });
    const tokens = [0, 1, 2, 0, 3, 4];
    const chunk = (from: number) => {
      const at = (t: number): number[] => [tokens[(from + t) % tokens.length]!];
      const rows = (shift: number) =>
        tensor(
          [0, 1, 2, 3].map((t) => at(t + shift)),
          { dtype: "i32" },
        );
      return { x: rows(0), y: rows(1) };
    };
    const losses = Array.from({ length: 300 }, (_, i) => trainer.step(chunk(4 * i)).loss.data[0]!);
    // What follows 0 depends on what came before: it takes memory to be better than ln(2) / 3 = 0.23.
    expect(losses[0]).toBeGreaterThan(1);
    expect(losses.at(-1)).toBeLessThan(0.05);
    const { x, y } = chunk(4 * losses.length);
    const { loss } = compile(score)(trainer.state.params, trainer.state.carry, x, y);
    expect(loss.data[0]).toBeCloseTo(trainer.step({ x, y }).loss.data[0]!, 6);
  });
});
