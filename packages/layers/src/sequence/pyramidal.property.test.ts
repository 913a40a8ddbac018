import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, fork, randomKey, tensor, type Value, type Values } from "@unroll/core";
import { numbers } from "../../test/numbers.ts";
import { someState, withGradient } from "../../test/runs.ts";
import { I, noise } from "../../test/sample-cells.ts";
import { cut, expectSame, expectZeros, mapTensors, sumTensors } from "../../test/trees.ts";
import {
  bidirectional,
  gru,
  init,
  joinFrames,
  lstm,
  pyramidal,
  rnn,
  stackBidirectional,
  stackCells,
  type BidirectionalOptions,
} from "../index.ts";

const f64 = { dtype: "f64" } as const;
const stack = stackBidirectional(bidirectional(rnn(I, 2), gru(I, 1)), bidirectional(lstm(3, 1), rnn(3, 1)));
const pyramid = pyramidal(
  bidirectional(rnn(I, 1), gru(I, 1)),
  bidirectional(rnn(4, 1), rnn(4, 2)),
  bidirectional(rnn(6, 1), rnn(6, 1)),
);

/** Both as functions of any trees that give states and one sequence, `shrink` times as short. */
const deep = {
  stack: {
    ...stack,
    shrink: 1,
    run: (p: object, s: object, xs: Value, options: BidirectionalOptions) =>
      stack.unroll(p as Values<typeof stack.params>, s as Values<typeof stack.state>, xs, options),
  },
  pyramid: {
    ...pyramid,
    shrink: 4,
    run: (p: object, s: object, xs: Value, options: BidirectionalOptions) => {
      const [last, { ys }] = pyramid.unroll(
        p as Values<typeof pyramid.params>,
        s as Values<typeof pyramid.state>,
        xs,
        options,
      );
      return [last, ys] as const;
    },
  },
} as const;

const sizes = fc.record({
  T: fc.integer({ min: 1, max: 6 }),
  B: fc.integer({ min: 1, max: 2 }),
  seed: fc.nat(99),
});
const padded = fc.record({
  lengths: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 2 }),
  padding: fc.integer({ min: 0, max: 2 }),
  seed: fc.nat(99),
});

describe.each(["stack", "pyramid"] as const)("of a %s", (name) => {
  const { params, state, run, shrink } = deep[name];

  test("a padded batch equals its sequences one by one, in values and gradients", () => {
    fc.assert(
      fc.property(padded, ({ lengths, padding, seed }) => {
        const [B, T] = [lengths.length, Math.max(...lengths) + padding];
        const [p, s] = [init(params as object, seed, f64), someState({ state }, B, seed)];
        const xs = numbers([T, B, I], seed, 3);
        const together = compile((p: object, s: object, xs: Value, lengths: Value) =>
          withGradient((p, s, xs) => run(p, s, xs, { lengths }))(p, s, xs),
        )(p, s, xs, tensor(lengths, { dtype: "i32" }));
        const alone = compile(withGradient((p, s, xs) => run(p, s, xs, {})));
        const [one, ...others] = lengths.map((length, b) => {
          const rowOf = <Tree>(tree: Tree): Tree => mapTensors(tree, (x) => cut(x, 0, b, b + 1));
          const single = alone(p, rowOf(s), cut(cut(xs, 0, 0, length), 1, b, b + 1));
          expectSame(rowOf({ last: together.last, ds: together.d.s }), { last: single.last, ds: single.d.s });
          const column = <Tree>(tree: Tree): Tree => mapTensors(tree, (x) => cut(x, 1, b, b + 1));
          const [ys, short] = [column(together.ys), Math.ceil(length / shrink)];
          expectSame(
            mapTensors(ys, (y) => cut(y, 0, 0, short)),
            single.ys,
          );
          expectZeros(mapTensors(ys, (y) => cut(y, 0, short, Math.ceil(T / shrink))));
          const dxs = column(together.d.xs);
          expectSame(
            mapTensors(dxs, (x) => cut(x, 0, 0, length)),
            single.d.xs,
          );
          expectZeros(mapTensors(dxs, (x) => cut(x, 0, length, T)));
          return single.d.p;
        });
        expectSame(together.d.p, sumTensors(one!, ...others));
      }),
    );
  });

  test("with remat it is what it is without", () => {
    const given = [
      init(params as object, 1, f64),
      someState({ state }, 2, 1),
      numbers([7, 2, I], 1),
    ] as const;
    const results = (options: BidirectionalOptions) =>
      compile(withGradient((p, s, xs) => run(p, s, xs, options)))(...given);
    expectSame(results({ remat: 2 }), results({}));
  });
});

test("they are their layers by hand, each with a key of its own", () => {
  const layers = [
    bidirectional(stackCells(rnn(I, 2), noise), stackCells(gru(I, 1), noise)),
    bidirectional(stackCells(lstm(6, 1), noise), stackCells(rnn(6, 2), noise)),
  ] as const;
  const tall = pyramidal(...layers);
  type P = Values<typeof tall.params>;
  type S = Values<typeof tall.state>;
  const flat = stackBidirectional(layers[0]);
  fc.assert(
    fc.property(sizes, fc.boolean(), ({ T, B, seed }, training) => {
      const keyed = (key: Value) => (training ? { key } : {});
      const given = [
        init(tall.params, seed, f64),
        someState(tall, B, seed),
        numbers([T, B, I], seed),
      ] as const;
      const byLayers = compile((p: P, s: S, xs: Value, key: Value) => {
        const [last, { ys }] = tall.unroll(p, s, xs, keyed(key));
        return { last, ys, key };
      })(...given, randomKey(seed));
      const byHand = compile((p: P, s: S, xs: Value, key: Value) => {
        const [one, two] = training ? fork(key, 2) : [];
        const [s1, h1] = layers[0].unroll(p[0], s[0], xs, { key: one });
        const [s2, h2] = layers[1].unroll(p[1], s[1], joinFrames(h1).xs, { key: two });
        return { last: [s1, s2], ys: h2, key };
      })(...given, randomKey(seed));
      expectSame(byLayers, byHand);
      const one = compile((p: P, s: S, xs: Value) => flat.unroll([p[0]], [s[0]], xs))(...given);
      const alone = compile((p: P, s: S, xs: Value) => layers[0].unroll(p[0], s[0], xs))(...given);
      expectSame(one, [[alone[0]], alone[1]]);
    }),
  );
});

test("every layer of a pyramid makes lengths half as long, rounded up", () => {
  const run = compile(
    (p: Values<typeof pyramid.params>, s: Values<typeof pyramid.state>, xs: Value, lengths: Value) =>
      pyramid.unroll(p, s, xs, { lengths })[1],
  );
  const given = [init(pyramid.params, 1, f64), someState(pyramid, 4, 1), numbers([9, 4, I], 1)] as const;
  const { ys, lengths } = run(...given, tensor([9, 5, 4, 0], { dtype: "i32" }));
  expect(ys.shape).toEqual([3, 4, 2]);
  expect([...lengths!.data]).toEqual([3, 2, 1, 0]);
});

test("stacks of nothing are refused", () => {
  expect(() => stackBidirectional()).toThrowErrorMatchingInlineSnapshot(
    `[TreeError: stackBidirectional: there are no layers.]`,
  );
  expect(() => pyramidal()).toThrowErrorMatchingInlineSnapshot(
    `[TreeError: pyramidal: there are no layers.]`,
  );
});
