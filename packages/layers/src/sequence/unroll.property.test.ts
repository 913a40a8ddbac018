import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, fork, fromArray, gradient, randomKey, tensor, type Value } from "@unroll/core";
import { numbers } from "../../test/numbers.ts";
import { lossOf, loop, someState, stackTrees, withGradient } from "../../test/runs.ts";
import { cells, I, noise, type AnyCell } from "../../test/sample-cells.ts";
import { cut, expectSame, expectZeros, mapTensors, sumTensors } from "../../test/trees.ts";
import { init, lstm, stackCells, unroll } from "../index.ts";

const f64 = { dtype: "f64" } as const;
const name = fc.constantFrom(...Object.keys(cells));

const padded = fc.record({
  name,
  lengths: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
  padding: fc.integer({ min: 0, max: 2 }),
  reverse: fc.boolean(),
  seed: fc.nat(99),
});

test("a padded batch equals its sequences one by one, in values and gradients and both directions", () => {
  fc.assert(
    fc.property(padded, ({ name, lengths, padding, reverse, seed }) => {
      const cell = cells[name]!;
      const [B, T] = [lengths.length, Math.max(...lengths) + padding];
      const p = init(cell.params, seed, f64);
      const s = someState(cell, B, seed);
      const xs = numbers([T, B, I], seed, 3);
      const batch = compile((p: object, s: object, xs: Value, lengths: Value) =>
        withGradient((p, s, xs) => unroll(cell, p, s, xs, { lengths, reverse }))(p, s, xs),
      );
      const alone = compile(withGradient((p, s, xs) => unroll(cell, p, s, xs, { reverse })));

      const together = batch(p, s, xs, tensor(lengths, { dtype: "i32" }));
      const singles = lengths.map((length, b) => {
        const own = cut(cut(xs, 0, 0, length), 1, b, b + 1);
        const one = alone(p, rowOf(s, b), own);
        expectSame(rowOf(together.last, b), one.last);
        expectSame(rowOf(together.d.s, b), one.d.s);
        for (const [all, single] of [
          [together.ys, one.ys],
          [together.d.xs, one.d.xs],
        ]) {
          const column = mapTensors(all, (x) => cut(x, 1, b, b + 1));
          expectSame(
            mapTensors(column, (x) => cut(x, 0, 0, length)),
            single,
          );
          expectZeros(mapTensors(column, (x) => cut(x, 0, length, T)));
        }
        return one;
      });
      const [first, ...others] = singles.map(({ d }) => d.p);
      expectSame(together.d.p, sumTensors(first, ...others));
    }),
  );
});

/** The state of one sequence: a batch of one. */
const rowOf = <S>(state: S, b: number): S => mapTensors(state, (x) => cut(x, 0, b, b + 1));

const run = fc.record({
  name,
  T: fc.integer({ min: 1, max: 4 }),
  B: fc.integer({ min: 1, max: 3 }),
  reverse: fc.boolean(),
  seed: fc.nat(99),
});

test("unroll equals a loop of steps, in values and gradients", () => {
  fc.assert(
    fc.property(run, ({ name, T, B, reverse, seed }) => {
      const cell = cells[name]!;
      const scanned = compile(withGradient((p, s, xs) => unroll(cell, p, s, xs, { reverse })));
      const looped = compile(
        withGradient((p, s, xs) => {
          const { last, ys } = loop(cell, p, s, xs, { reverse });
          return [last, ys];
        }),
      );
      const given = [init(cell.params, seed, f64), someState(cell, B, seed)] as const;
      const xs = numbers([T, B, I], seed);
      expectSame(scanned(...given, xs), looped(...given, xs));
    }),
  );
});

test("with a key, every step has one of its own", () => {
  fc.assert(
    fc.property(run, ({ T, B, reverse, seed }) => {
      const cell = cells["stack"]!;
      const scanned = compile((p: object, s: object, xs: Value, key: Value) =>
        withGradient((p, s, xs) => unroll(cell, p, s, xs, { reverse, key }))(p, s, xs),
      );
      const looped = compile((p: object, s: object, xs: Value, key: Value) =>
        withGradient((p, s, xs) => {
          const { last, ys } = loop(cell, p, s, xs, { reverse, keys: fork(key, T) });
          return [last, ys];
        })(p, s, xs),
      );
      const given = [init(cell.params, seed, f64), someState(cell, B, seed)] as const;
      const [xs, key] = [numbers([T, B, I], seed), randomKey(seed)];
      expectSame(scanned(...given, xs, key), looped(...given, xs, key));
    }),
  );
});

test("the gradient of a probe is dL/dh of every step, as on the unrolled graph", () => {
  // What a state is that another passes on is a question of its own: see unroll.test.ts.
  const smooth = fc.constantFrom(...Object.keys(cells).filter((one) => one !== "busy"));
  fc.assert(
    fc.property(run, smooth, ({ T, B, reverse, seed }, name) => {
      const cell = cells[name]!;
      const p = init(cell.params, seed, f64);
      const s = someState(cell, B, seed);
      const xs = numbers([T, B, I], seed);
      const zeros = mapTensors(s, ({ shape, data }) =>
        fromArray({ ...f64, shape: [T, ...shape] }, new Float64Array(T * data.length)),
      );
      const probed = compile((p: object, s: object, xs: Value, probe: object) => {
        const [last, ys] = unroll(cell, p, s, xs, { reverse, probe });
        return { last, ys, dh: gradient(lossOf({ last, ys }), probe) };
      });
      const unrolled = compile((p: object, s: object, xs: Value) => {
        const { last, ys, states } = loop(cell, p, s, xs, { reverse });
        return { last, ys, dh: stackTrees(gradient(lossOf({ last, ys }), states)) };
      });
      expectSame(probed(p, s, xs, zeros), unrolled(p, s, xs));
    }),
  );
});

test("a probe behind the end of a sequence changes nothing", () => {
  fc.assert(
    fc.property(run, ({ T, B, reverse, seed }) => {
      const cell = cells["lstm"]!;
      const n = tensor(
        Array.from({ length: B }, (_, b) => (b + seed) % (T + 1)),
        { dtype: "i32" },
      );
      const state = someState(cell, B, seed);
      const probe = mapTensors(state, ({ shape }) => numbers([T, ...shape], "probe"));
      const dh = compile((p: object, s: object, xs: Value, lengths: Value, probe: object) => {
        const [last, ys] = unroll(cell, p, s, xs, { lengths, reverse, probe });
        return gradient(lossOf({ last, ys }), probe);
      })(init(cell.params, seed, f64), state, numbers([T, B, I], seed), n, probe);
      n.data.forEach((length, b) => {
        expectZeros(mapTensors(dh, (x) => cut(cut(x, 1, b, b + 1), 0, length, T)));
      });
      expect(n.data).toHaveLength(B);
    }),
  );
});

test("with remat a run and all its gradients are what they are without", () => {
  const remat = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant("all" as const));
  fc.assert(
    fc.property(run, remat, fc.boolean(), ({ T, B, reverse, seed }, remat, training) => {
      const cell: AnyCell = stackCells(lstm(I, 2), noise);
      const state = someState(cell, B, seed);
      const probe = mapTensors(state, ({ shape }) => numbers([T, ...shape], "probe"));
      const lengths = Array.from({ length: B }, (_, b) => (b + seed) % (T + 1));
      const given = [init(cell.params, seed, f64), state, numbers([T, B, I], seed)] as const;
      const more = [probe, tensor(lengths, { dtype: "i32" }), randomKey(seed)] as const;
      const results = (options: { readonly remat?: "all" | number }) =>
        compile((p: object, s: object, xs: Value, probe: object, lengths: Value, key: Value) => {
          const how = { ...options, reverse, lengths, probe, key: training ? key : undefined };
          const [last, ys] = unroll(cell, p, s, xs, how);
          return { last, ys, d: gradient(lossOf({ last, ys }), { p, s, xs, probe }), key };
        })(...given, ...more);
      expectSame(results({ remat }), results({}));
    }),
  );
});

test("the order in which keys are written changes no result", () => {
  const order = fc.array(fc.nat(), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(run, order, ({ name, T, B, seed }, ranks) => {
      const cell = cells[name]!;
      const shuffled = {
        ...cell,
        step: (...args: Parameters<typeof cell.step>) => shuffle(cell.step(...args), ranks),
      };
      const p = init(cell.params, seed, f64);
      const s = someState(cell, B, seed);
      const xs = numbers([T, B, I], seed);
      const straight = compile(withGradient((p, s, xs) => unroll(cell, p, s, xs)));
      const mixed = compile(withGradient((p, s, xs) => unroll(shuffled, p, s, xs)));
      expectSame(straight(p, s, xs), mixed(shuffle(p, ranks), shuffle(s, ranks), xs));
      expectSame(p, init(shuffle(cell.params, ranks), seed, f64));
    }),
  );
});

/** The same tree with the keys of its records in another order. */
function shuffle<T>(tree: T, ranks: readonly number[]): T {
  const mix = (node: unknown): unknown => {
    if (typeof node !== "object" || node === null || "~leaf" in node) return node;
    if (Array.isArray(node)) return node.map(mix);
    const entries = Object.entries(node).map(([key, child], i) => ({
      rank: ranks[i]!,
      key,
      child: mix(child),
    }));
    return Object.fromEntries(entries.sort((a, b) => a.rank - b.rank).map(({ key, child }) => [key, child]));
  };
  return mix(tree) as T;
}
