import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, fork, randomKey, type Value } from "@unroll/core";
import { numbers } from "../../test/numbers.ts";
import { lossOf, someState } from "../../test/runs.ts";
import { H, I, noise, type AnyCell } from "../../test/sample-cells.ts";
import { expectSame } from "../../test/trees.ts";
import { gru, init, lstm, rnn, stackCells, type Cell } from "../index.ts";

const upper: Readonly<Record<string, Cell<unknown, unknown>>> = {
  lstm: lstm(H, H),
  gru: gru(H, H),
  rnn: rnn(H, H),
  noise,
};
const layers = fc.array(fc.constantFrom(...Object.keys(upper)), { maxLength: 3 });

test("a stack is its cells by hand, each with a key of its own", () => {
  fc.assert(
    fc.property(layers, fc.boolean(), fc.nat(99), (names, training, seed) => {
      const all = [rnn(I, H), ...names.map((name) => upper[name]!)] as readonly Cell<unknown, unknown>[];
      const stack: AnyCell = stackCells(...all);
      const state = someState(stack, 2, seed);
      const params = init(stack.params, seed, { dtype: "f64" });
      const once = compile((p: object, s: object, x: Value, key: Value) => {
        const [next, y] = stack.step(p, s, x, training ? key : undefined);
        return { next, y, key };
      });
      const byHand = compile((p: object, s: object, x: Value, key: Value) => {
        const keys: readonly Value[] = training ? fork(key, all.length) : [];
        let y = x;
        const next = all.map((cell, i) => {
          const [after, output] = cell.step((p as object[])[i]!, (s as object[])[i]!, y, keys[i]);
          y = output;
          return after;
        });
        return { next, y, key };
      });
      const given = [params, state, numbers([2, I], seed), randomKey(seed)] as const;
      expectSame(once(...given), byHand(...given));
    }),
  );
});

test("a stack of a stack is a stack", () => {
  const [a, b, c] = [lstm(I, H), gru(H, H), rnn(H, H)];
  const [flat, nested] = [stackCells(a, b, c), stackCells(a, stackCells(b, c))];
  const [pa, pb, pc] = init(flat.params, 1, { dtype: "f64" });
  const [sa, sb, sc] = someState(flat, 2, 1);
  const run = (cell: AnyCell, p: object, s: object) =>
    compile((p: object, s: object, x: Value) => {
      const [next, y] = cell.step(p, s, x);
      return { y, loss: lossOf(next) };
    })(p, s, numbers([2, I], "x"));
  expectSame(run(flat, [pa, pb, pc], [sa, sb, sc]), run(nested, [pa, [pb, pc]], [sa, [sb, sc]]));
});

test("a stack of nothing is refused", () => {
  expect(() => stackCells()).toThrowErrorMatchingInlineSnapshot(
    `[TreeError: stackCells: there are no cells.]`,
  );
});
