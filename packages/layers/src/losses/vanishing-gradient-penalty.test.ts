import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  detach,
  full,
  gradient,
  greaterEqual,
  input,
  matmul,
  mean,
  mul,
  concat,
  sigmoid,
  slice,
  split,
  square,
  squeeze,
  sub,
  sum,
  tanh,
  tensor,
  transpose,
  where,
  type Value,
  type Values,
} from "@unroll/core";
import { byLoop, meanChange, penalty, squares, T, zeroProbe } from "../../test/gradient-changes.ts";
import { numbers } from "../../test/numbers.ts";
import { someState } from "../../test/runs.ts";
import { cells, H, I, type AnyCell } from "../../test/sample-cells.ts";
import { expectSame, expectZeros } from "../../test/trees.ts";
import {
  cell,
  init,
  initialState,
  lstm,
  param,
  rnn,
  state,
  unroll,
  vanishingGradientPenalty,
  zeros,
} from "../index.ts";
import type { Cell } from "../index.ts";

const f64 = { dtype: "f64" } as const;
const B = 2;
const xs = numbers([T, B, I], "xs");
const target = numbers([T, B, H], "target");

describe("its value", () => {
  test.each(["rnn", "lstm", "gru, reset before", "gru, reset after", "stack"])(
    "is that of the unrolled graph: %s",
    (name) => {
      const net = cells[name]! as Cell<object, object>;
      const p = init(net.params, 1, f64);
      const s = someState(net, B, 1);
      const run = compile((p: object, s: object, xs: Value, target: Value) => ({
        value: penalty(net)(p as never, s as never, xs, target).value,
        expected: meanChange(
          byLoop(net as AnyCell, p, s, xs, target).map(({ d, back }) => ({
            before: squares(back),
            after: squares(d),
          })),
        ),
      }));
      const { value, expected } = run(p, s, xs, target);
      expect(expected.data[0]).toBeGreaterThan(0.01);
      expect(value.data[0]! / expected.data[0]!).toBeCloseTo(1, 11);
    },
  );
});

describe("its gradient", () => {
  test("of a tanh network is that of the formula, with states and cotangents as constants", () => {
    const net = rnn(I, H);
    type P = Values<typeof net.params>;
    const p = init(net.params, 1, f64);
    const s = someState(net, B, 1);
    const formula = (p: P, s: Values<typeof net.state>, xs: Value, target: Value): Value => {
      const steps = byLoop(net as AnyCell, p, s, xs, target).map(({ d, after }) => {
        const [dh, h] = [(d as { h: Value }).h, (after as { h: Value }).h].map(detach) as [Value, Value];
        const back = matmul(mul(dh, sub(1, square(h))), transpose(p.wh));
        return { before: squares(back), after: squares(dh) };
      });
      return meanChange(steps);
    };
    const run = compile((p: P, s: Values<typeof net.state>, xs: Value, target: Value) => ({
      found: penalty(net)(p, s, xs, target),
      expected: gradient(formula(p, s, xs, target), p.wh),
    }));
    const { found, expected } = run(p, s, xs, target);
    expectSame(found.d.wh, expected);
    expect(Math.max(...expected.data.map(Math.abs))).toBeGreaterThan(1e-2);
    expectZeros([found.d.wx, found.d.b]);
  });

  test("of an LSTM goes to the recurrent weights, by h and c as one state", () => {
    const net = lstm(I, H);
    type P = Values<typeof net.params>;
    type S = Values<typeof net.state>;
    const formula = (p: P, s: S, xs: Value, target: Value): Value => {
      const steps = byLoop(net as AnyCell, p, s, xs, target).map(({ d, before, after }, t) => {
        const [{ h: dh, c: dc }, { h, c }] = detach([d, before]) as readonly [S, S];
        const x = squeeze(slice(xs, t, t + 1), 0);
        const [zi, zf, zo, zg] = split(detach(add(matmul(x, p.wx), matmul(h, p.wh), p.b)), 4);
        const [i, f, o, g] = [sigmoid(zi), sigmoid(zf), sigmoid(zo), tanh(zg)];
        const tc = tanh(detach((after as S).c));
        const dcAll = add(dc, mul(dh, o, sub(1, square(tc))));
        const slope = (y: Value): Value => mul(y, sub(1, y));
        const dz = concat([
          mul(dcAll, g, slope(i)),
          mul(dcAll, c, slope(f)),
          mul(dh, tc, slope(o)),
          mul(dcAll, i, sub(1, square(g))),
        ]);
        const back = { h: matmul(dz, transpose(p.wh)), c: mul(dcAll, f) };
        return { before: squares(back), after: squares({ h: dh, c: dc }) };
      });
      return meanChange(steps);
    };
    const run = compile((p: P, s: S, xs: Value, target: Value) => {
      const expected = formula(p, s, xs, target);
      return { found: penalty(net)(p, s, xs, target), expected, d: gradient(expected, p.wh) };
    });
    const { found, expected, d } = run(init(net.params, 1, f64), someState(net, B, 1), xs, target);
    expect(found.value.data[0]! / expected.data[0]!).toBeCloseTo(1, 12);
    expectSame(found.d.wh, d);
    expectZeros([found.d.wx, found.d.b]);
  });

  test("reaches what makes the recurrent weights of other parameters", () => {
    // wh = scale v: the derivative by the scale is <dwh, v>.
    const scaled = cell({
      params: { v: param([H, H], zeros), scale: param([1], zeros), b: param([H], zeros) },
      state: { h: state(H) },
      step({ v, scale, b }, { h }, x) {
        const y = tanh(add(matmul(h, mul(scale, v)), b, sum(x, { axis: 1, keepDims: true })));
        return [{ h: y }, y];
      },
    });
    const given = { v: numbers([H, H], "v"), scale: tensor([0.7], f64), b: numbers([H], "b") };
    const run = compile(penalty(scaled));
    const { d } = run(given, { h: numbers([B, H], "h") }, xs, target);
    const inner = Array.from(given.v.data).reduce((sum, x, i) => sum + (x * d.v.data[i]!) / 0.7, 0);
    expect(d.scale.data[0]! / inner).toBeCloseTo(1, 12);
    expectZeros(d.b);
  });
});

describe("steps", () => {
  const net = rnn(I, H);
  type P = Values<typeof net.params>;
  const p = init(net.params, 1, f64);
  const s = { h: numbers([B, H], "h") };

  test("without a gradient do not count, and padding is among them", () => {
    const lengths = tensor([4, 2], { dtype: "i32" });
    const padded = compile((p: P, s: { h: Value }, xs: Value, target: Value, lengths: Value) => {
      const probe = zeroProbe(s);
      const [, ys] = unroll(net, p, s, xs, { probe, lengths });
      const loss = sum(square(sub(ys, where(greaterEqual(target, 100), target, 0))));
      return vanishingGradientPenalty(net, p, s, xs, gradient(loss, probe), { lengths });
    })(p, s, xs, target, lengths);
    const alone = [4, 2].map((length, b) => {
      const run = compile((p: P, s: { h: Value }, xs: Value) => {
        const row = { h: slice(s.h, b, b + 1) };
        const own = slice(slice(xs, 0, length), b, b + 1, { axis: 1 });
        const probe = { h: full(0, { ...f64, shape: [length, 1, H] }) };
        const [, ys] = unroll(net, p, row, own, { probe });
        return vanishingGradientPenalty(net, p, row, own, gradient(sum(square(ys)), probe));
      });
      return run(p, s, xs).data[0]!;
    });
    // Four steps of the one and two of the other.
    expect(padded.data[0]! / ((4 * alone[0]! + 2 * alone[1]!) / 6)).toBeCloseTo(1, 12);
  });

  test("run in reverse when the sequence was", () => {
    const run = compile((p: P, s: { h: Value }, xs: Value, target: Value, flipped: Value) => {
      const of = (xs: Value, reverse: boolean): Value => {
        const probe = zeroProbe(s);
        const [last] = unroll(net, p, s, xs, { probe, reverse });
        return vanishingGradientPenalty(net, p, s, xs, gradient(sum(mul(last.h, target)), probe), {
          reverse,
        });
      };
      return [of(xs, true), of(flipped, false)] as const;
    });
    const backwards = tensor(
      xs.data.map((_, i) => xs.data[(T - 1 - Math.floor(i / (B * I))) * B * I + (i % (B * I))]!),
      { shape: [T, B, I] },
    );
    const [a, b] = run(p, s, xs, numbers([B, H], "weights"), backwards);
    expect(a.data[0]! / b.data[0]!).toBeCloseTo(1, 13);
  });

  test("all of them without a gradient give 0", () => {
    const none = compile((p: P, s: { h: Value }, xs: Value, d: { h: Value }) => {
      const value = vanishingGradientPenalty(net, p, s, xs, d);
      return { value, d: gradient(value, p.wh) };
    })(p, s, xs, { h: tensor(new Float64Array(T * B * H), { shape: [T, B, H] }) });
    expect(none.value.data[0]).toBe(0);
    expectZeros(none.d);
  });
});

test("two states that are one value count as one", () => {
  const step = (w: Value, h: Value, x: Value): Value =>
    tanh(add(matmul(h, w), sum(x, { axis: 1, keepDims: true })));
  const params = { w: param([H, H], zeros) };
  const single = cell({
    params,
    state: { h: state(H) },
    step({ w }, { h }, x) {
      const y = step(w, h, x);
      return [{ h: y }, y];
    },
  });
  const twins = cell({
    params,
    state: { a: state(H), b: state(H) },
    step({ w }, { a, b }, x) {
      const y = step(w, add(mul(0.3, a), mul(0.7, b)), x);
      return [{ a: y, b: y }, y];
    },
  });
  const [w, h] = [numbers([H, H], "w"), numbers([B, H], "h")];
  const near = <P, S>(net: Cell<P, S>) =>
    compile((p: Values<P>, s: Values<S>, xs: Value, target: Value) => {
      const probe = zeroProbe(s);
      const [, ys] = unroll(net, p, s, xs, { probe: probe as never });
      const dh = gradient(mean(square(sub(ys, target))), probe as never);
      const value = vanishingGradientPenalty(net, p, s, xs, dh);
      return { value, d: gradient(value, p as never) as Values<P> };
    });
  expectSame(near(twins)({ w }, { a: h, b: h }, xs, target), near(single)({ w }, { h }, xs, target));
});

test("a state that only passes another on is counted for what later steps make of it", () => {
  const echo = cell({
    params: { w: param([H, H], zeros), v: param([H, H], zeros) },
    state: { before: state(H), h: state(H) },
    step({ w, v }, { before, h }, x) {
      const y = tanh(add(matmul(h, w), matmul(before, v), sum(x, { axis: 1, keepDims: true })));
      // No output depends on the states: in the unrolled graph it could not be told from a use of `before`.
      return [{ before: h, h: y }, mul(0, y)];
    },
  });
  const p = { w: numbers([H, H], "w"), v: numbers([H, H], "v") };
  const s = { before: numbers([B, H], "before"), h: numbers([B, H], "h") };
  const run = compile(
    (p: Values<typeof echo.params>, s: Values<typeof echo.state>, xs: Value, target: Value) => ({
      value: penalty(echo)(p, s, xs, target).value,
      expected: meanChange(
        byLoop(echo as AnyCell, p, s, xs, target).map(({ d, back }) => ({
          before: squares(back),
          after: squares(d),
        })),
      ),
    }),
  );
  const { value, expected } = run(p, s, xs, target);
  expect(value.data[0]! / expected.data[0]!).toBeCloseTo(1, 11);
});

test("the cotangents are those of the cell's states", () => {
  const net = lstm(I, H);
  const f = (...shape: number[]) => input({ ...f64, shape });
  const p = { wx: f(I, 4 * H), wh: f(H, 4 * H), b: f(4 * H) } as Values<typeof net.params>;
  const s = initialState(net.state, { batch: B, ...f64 });
  const of = (d: object) => () => vanishingGradientPenalty(net, p, s, f(T, B, I), d as never);
  expect(of({ z: f(T, B, H) })).toThrowErrorMatchingInlineSnapshot(`
    [TreeError: vanishingGradientPenalty: the cotangents have z, and the states are c, h.
    Pass the gradient of the probe of this cell.]
  `);
  expect(of({ h: f(T, B, 1) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: vanishingGradientPenalty: h is f64[2, 4] and its cotangent f64[2, 1] at a step.
    Pass the gradient of the probe of this run.]
  `);
  expect(of({})).toThrowErrorMatchingInlineSnapshot(`
    [TreeError: vanishingGradientPenalty: there are no cotangents.
    Pass the gradient of a probe with a state or more.]
  `);
});
