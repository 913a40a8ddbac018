import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { compile, constant, gradient, randomKey, type Tensor, type Value, type Values } from "@unroll/core";
import { numbers } from "../../test/numbers.ts";
import { lossOf, someState } from "../../test/runs.ts";
import { H, I } from "../../test/sample-cells.ts";
import { expectSame } from "../../test/trees.ts";
import { gru, init, lstm, stackCells, unroll, weightDrop } from "../index.ts";

const f64 = { dtype: "f64" } as const;
const rnn = lstm(I, H);
type P = Values<typeof rnn.params>;
type S = Values<typeof rnn.state>;
const params = init(rnn.params, 1, f64);

const dropped = compile((p: P, key: Value) => ({ ...weightDrop(p, { wh: 0.25 }, key), key }));

test("weights are 0 or divided by 1 - rate, and others are left alone", () => {
  const given = { ...params, wh: numbers([H, 4 * H], 1) };
  const { wx, wh, b } = dropped(given, randomKey(1));
  expectSame({ wx, b }, { wx: given.wx, b: given.b });
  const kept = Array.from(wh.data, (w) => w !== 0);
  kept.forEach((one, i) => expect(wh.data[i]).toBe(one ? given.wh.data[i]! * (1 / 0.75) : 0));
  expect(kept).toContain(true);
  expect(kept).toContain(false);
});

test("the mean over keys is the weight", () => {
  const n = 600;
  const sum = new Float64Array(params.wh.data.length);
  for (let seed = 0; seed < n; seed++) {
    dropped(params, randomKey(seed)).wh.data.forEach((w, i) => (sum[i]! += w));
  }
  // A mean of n has the deviation |w| sqrt(r / (1 - r) / n); six of them are never seen.
  const deviation = Math.sqrt(0.25 / 0.75 / n);
  sum.forEach((total, i) => {
    const w = params.wh.data[i]!;
    expect(Math.abs(total / n - w)).toBeLessThan(6 * deviation * Math.abs(w));
  });
});

test("a sequence has one mask: unrolled with dropped weights it is unrolled with those numbers", () => {
  const start = someState(rnn, 2, 1);
  const xs = numbers([5, 2, I], 1);
  const trained = compile((p: P, s: S, xs: Value, key: Value) => {
    const w = weightDrop(p, { wh: 0.5, wx: 0.1 }, key);
    const [last, ys] = unroll(rnn, w, s, xs);
    return { last, ys, w, key };
  })(params, start, xs, randomKey(3));
  const [last, ys] = compile((p: P, s: S, xs: Value) => unroll(rnn, p, s, xs))(trained.w, start, xs);
  expectSame({ last, ys }, { last: trained.last, ys: trained.ys });
});

test("the gradient is that of differences, and 0 where a weight was dropped", () => {
  const key = randomKey(3);
  const f = (p: P, s: S, xs: Value) => unroll(rnn, weightDrop(p, { wh: 0.5 }, constant(key)), s, xs);
  const given = [params, someState(rnn, 2, 1), numbers([3, 2, I], 1)] as const;
  checkGradient(f, given);
  const { wh } = compile((p: P, s: S, xs: Value) => gradient(lossOf(f(p, s, xs)), p))(...given);
  const mask = compile((p: P, key: Value) => ({ w: weightDrop(p, { wh: 0.5 }, key).wh, key }))(params, key).w;
  expect(Array.from(wh.data, (d) => d !== 0)).toEqual(Array.from(mask.data, (w) => w !== 0));
});

test("weights of one tree have masks of their own, and a rate stands for all below it", () => {
  const stack = stackCells(gru(H, H), gru(H, H));
  const ones = init(stack.params, 1, f64);
  const filled = ones.map((layer) => ({ ...layer, wx: one([H, 3 * H]), wh: one([H, 3 * H]) }));
  const run = compile((p: Values<typeof stack.params>, key: Value) => ({
    p: weightDrop(p, [0.5, { wh: 0.5 }], key),
    key,
  }));
  const { p } = run(filled as never, randomKey(2));
  const masks = [p[0].wx, p[0].wh, p[1].wh].map(({ data }) => data.join());
  expect(new Set(masks).size).toBe(3);
  expect(p[1].wx.data.every((w) => w === 1)).toBe(true);
});

const one = (shape: readonly number[]): Tensor => {
  const zero = numbers(shape, 0);
  zero.data.fill(1);
  return zero;
};

describe("is the parameters themselves", () => {
  test("without a key, or without a rate", () => {
    compile((p: P, key: Value) => {
      expect(weightDrop(p, { wh: 0.5 })).toBe(p);
      expect(weightDrop(p, {}, key)).toBe(p);
      return { p, key };
    })(params, randomKey(1));
  });
});

test("what is no rate, or has no weight, is refused with a key and without", () => {
  const run = (rates: object): unknown => compile((p: P) => weightDrop(p, rates))(params);
  expect(() => run({ wh: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: weightDrop: the rate of wh is 1.
    Rates are in [0, 1).]
  `);
  expect(() => run({ wq: 0.5 })).toThrowErrorMatchingInlineSnapshot(`
    [TreeError: weightDrop: there is no wq.
    The leaves are b, wh, wx.]
  `);
});
