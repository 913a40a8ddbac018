/** Losses in f32, with their gradients, are what the reference engine computes, on the engine that compiles. */
import { describe, expect, test } from "vitest";
import {
  compile,
  flatten,
  fromArray,
  full,
  gradient,
  logSoftmax,
  mean,
  reference,
  square,
  sum,
  tensor,
  type Engine,
  type Tensor,
  type Value,
  type Values,
} from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import {
  chunkConstraints,
  crf,
  ctc,
  init,
  lstm,
  strokeNll,
  strokesOf,
  unroll,
  vanishingGradientPenalty,
} from "../src/index.ts";
import { numbers } from "./numbers.ts";

const [T, B] = [7, 3];
const i32 = { dtype: "i32" } as const;
const single = (x: Tensor): Tensor => fromArray({ dtype: "f32", shape: x.shape }, Float32Array.from(x.data));

const tags = ["O", "B-x", "I-x", "B-y", "I-y"];
const chain = crf(tags.length, { allowed: chunkConstraints(tags) });
const net = lstm(4, 5);

/** What is run, and on what. */
const cases: Readonly<Record<string, (engine: Engine) => unknown>> = {
  crf: (engine) =>
    compile(
      (p: Values<typeof chain.params>, emissions: Value, labels: Value, lengths: Value) => {
        const loss = chain.apply(p, { emissions, labels, lengths });
        const found = chain.decode(p, { emissions, lengths });
        return { loss, found, d: gradient(sum(loss), { p, emissions }) };
      },
      { engine },
    )(
      init(chain.params, 1),
      single(numbers([T, B, 5], "emissions")),
      tensor(
        [
          [1, 0, 3],
          [2, 0, 4],
          [2, 1, 4],
          [0, 2, 0],
          [3, -1, 0],
          [4, -1, 9],
          [0, -1, 9],
        ],
        i32,
      ),
      tensor([7, 4, 5], i32),
    ),
  ctc: (engine) =>
    compile(
      (x: Value, labels: Value, lengths: Value, labelLengths: Value) => {
        const loss = ctc(logSoftmax(x), labels, { lengths, labelLengths });
        return { loss, d: gradient(sum(loss), x) };
      },
      { engine },
    )(
      single(numbers([T, B, 4], "logits")),
      tensor(
        [
          [1, 1, 2],
          [3, 9, 9],
          [1, 1, 1],
        ],
        i32,
      ),
      tensor([7, 5, 4], i32),
      tensor([3, 1, 3], i32),
    ),
  strokes: (engine) =>
    compile(
      (outputs: Value, points: Value) => {
        const loss = strokeNll(strokesOf(outputs, 4), points);
        return { loss, d: gradient(sum(loss), { outputs, points }) };
      },
      { engine },
    )(
      single(numbers([T, B, 25], "outputs")),
      single(
        fromArray(
          { dtype: "f64", shape: [T, B, 3] },
          numbers([T, B, 3], "points").data.map((x, i) => (i % 3 === 2 ? Number(x > 0) : x)),
        ),
      ),
    ),
  "vanishing gradient": (engine) =>
    compile(
      (p: Values<typeof net.params>, s: Values<typeof net.state>, xs: Value) => {
        const none = full(0, { dtype: "f32", shape: [T, B, 5] });
        const probe = { h: none, c: none };
        const [, hs] = unroll(net, p, s, xs, { probe });
        const dh = gradient(mean(square(hs)), probe);
        const penalty = vanishingGradientPenalty(net, p, s, xs, dh);
        return { penalty, d: gradient(penalty, p.wh) };
      },
      { engine },
    )(
      init(net.params, 1),
      { h: single(numbers([B, 5], "h")), c: single(numbers([B, 5], "c")) },
      single(numbers([T, B, 4], "xs")),
    ),
};

describe.each(Object.keys(cases))("%s", (name) => {
  test("agrees", () => {
    const [exact, fast] = [reference(), wasm()];
    const [expected, found] = [exact, fast].map((engine) => flatten(cases[name]!(engine))) as [
      { leaf: Tensor; path: string }[],
      { leaf: Tensor; path: string }[],
    ];
    expect(found.map(({ path }) => path)).toEqual(expected.map(({ path }) => path));
    found.forEach(({ path, leaf }, i) => {
      const { data } = expected[i]!.leaf;
      const scale = Math.max(1, ...Array.from(data, Math.abs).filter(Number.isFinite));
      leaf.data.forEach((x, k) => {
        if (x === data[k]) return;
        // Seven steps of a few dozen operations, each of them rounded by 2^-24 of what it adds up.
        expect(Math.abs(x - data[k]!) / scale, `${path}[${k}]`).toBeLessThan(2 ** -24 * 7 * 32);
      });
    });
    fast.dispose();
  });
});
