import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, concat, flip, randomKey, tensor, type Value, type Values } from "@unroll/core";
import { numbers } from "../../test/numbers.ts";
import { someState, withGradient } from "../../test/runs.ts";
import { H, I, noise } from "../../test/sample-cells.ts";
import { cut, expectSame, expectZeros, mapTensors, sumTensors } from "../../test/trees.ts";
import { bidirectional, gru, init, lstm, stackCells, unroll } from "../index.ts";

const f64 = { dtype: "f64" } as const;
const [forward, backward] = [lstm(I, H), gru(I, 2)];
const pair = bidirectional(forward, backward);
type P = Values<typeof pair.params>;
type S = Values<typeof pair.state>;

const sizes = fc.record({
  T: fc.integer({ min: 1, max: 4 }),
  B: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(99),
});

test("it is two runs side by side, one of them over the flipped sequence", () => {
  fc.assert(
    fc.property(sizes, ({ T, B, seed }) => {
      const together = compile((p: P, s: S, xs: Value) => {
        const [last, ys] = pair.unroll(p, s, xs);
        return { last, ys };
      });
      const apart = compile((p: P, s: S, xs: Value) => {
        const [there, ys] = unroll(forward, p.forward, s.forward, xs);
        const [back, zs] = unroll(backward, p.backward, s.backward, flip(xs, { axis: 0 }));
        return { last: { forward: there, backward: back }, ys: concat([ys, flip(zs, { axis: 0 })]) };
      });
      const given = [
        init(pair.params, seed, f64),
        someState(pair, B, seed),
        numbers([T, B, I], seed),
      ] as const;
      expectSame(together(...given), apart(...given));
    }),
  );
});

test("a padded batch equals its sequences one by one, in values and gradients", () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(lengths, fc.nat(2), fc.nat(99), (lengths, padding, seed) => {
      const [B, T] = [lengths.length, Math.max(...lengths) + padding];
      const run = (p: object, s: object, xs: Value, lengths?: Value) =>
        withGradient((p, s, xs) => pair.unroll(p as P, s as S, xs, { lengths }))(p, s, xs);
      const p = init(pair.params, seed, f64);
      const s = someState(pair, B, seed);
      const xs = numbers([T, B, I], seed, 3);
      const together = compile((p: object, s: object, xs: Value, lengths: Value) => run(p, s, xs, lengths))(
        p,
        s,
        xs,
        tensor(lengths, { dtype: "i32" }),
      );
      const alone = compile((p: object, s: object, xs: Value) => run(p, s, xs));
      const [first, ...others] = lengths.map((length, b) => {
        const rowOf = <T>(tree: T): T => mapTensors(tree, (x) => cut(x, 0, b, b + 1));
        const one = alone(p, rowOf(s), cut(cut(xs, 0, 0, length), 1, b, b + 1));
        expectSame(rowOf({ last: together.last, ds: together.d.s }), { last: one.last, ds: one.d.s });
        const column = mapTensors({ ys: together.ys, dxs: together.d.xs }, (x) => cut(x, 1, b, b + 1));
        expectSame(
          mapTensors(column, (x) => cut(x, 0, 0, length)),
          { ys: one.ys, dxs: one.d.xs },
        );
        expectZeros(mapTensors(column, (x) => cut(x, 0, length, T)));
        return one.d.p;
      });
      expectSame(together.d.p, sumTensors(first!, ...others));
    }),
  );
});

test("with remat it gives the same, and keeps fewer states for the way back", () => {
  const T = 8;
  const given = [init(pair.params, 1, f64), someState(pair, 2, 1), numbers([T, 2, I], 1)] as const;
  const results = (options: { readonly remat?: number }) =>
    withGradient((p, s, xs) => pair.unroll(p as P, s as S, xs, options));
  expectSame(compile(results({ remat: 3 }))(...given), compile(results({}))(...given));
  const lengths = (options: { readonly remat?: number }): readonly number[] => {
    const traced = compile(results(options));
    traced(...given);
    return [...traced.explain().matchAll(/length=(\d+)/g)].map(([, length]) => Number(length));
  };
  expect(Math.max(...lengths({}))).toBe(T);
  expect(Math.max(...lengths({ remat: 3 }))).toBe(3);
});

test("either direction has noise of its own", () => {
  const noisy = bidirectional(stackCells(noise), stackCells(noise));
  const run = compile((xs: Value, key: Value) => {
    const both = { forward: [{}], backward: [{}] } as const;
    return noisy.unroll(both, both, xs, { key })[1];
  });
  const ones = tensor(new Float64Array(60).fill(1), { shape: [1, 1, 60] });
  const ys = [...run(ones, randomKey(3)).data];
  expect(ys.slice(0, 60)).not.toEqual(ys.slice(60));
  expect(new Set(ys)).toEqual(new Set([0, 1 / 0.6]));
});
