/** What a scan means, beyond what arbitrary graphs show. */
import {
  add,
  bernoulli,
  cast,
  compile,
  flip,
  fork,
  forkEach,
  fromArray,
  full,
  gradient,
  mean,
  mod,
  mul,
  reshape,
  scan,
  slice,
  square,
  stack,
  sum,
  take,
  tanh,
  tensor,
  where,
  type Tensor,
  type Value,
} from "@unroll/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryTensor, integers } from "../src/arbitraries.ts";
import { checkGradient } from "../src/check-gradient.ts";
import "../src/vitest.ts";

const type = (...shape: number[]) => ({ dtype: "f64", shape }) as const;

/** A sequence, a first state, a matrix for every step, and a random key. */
const operands = fc.integer({ min: 1, max: 4 }).chain((T) =>
  fc.record({
    xs: arbitraryTensor(type(T, 2)),
    h: arbitraryTensor(type(2)),
    w: arbitraryTensor(type(2)),
    key: arbitraryTensor({ dtype: "i32", shape: [2] }, integers(-9, 9)),
    ids: arbitraryTensor({ dtype: "i32", shape: [T] }, integers(-1, 2)),
  }),
);

const row = (xs: Value, t: number): Value => reshape(slice(xs, t, t + 1), xs.shape.slice(1));

/** The loop that a scan stands for. */
function loop<S, Y>(
  step: (s: S, t: number) => readonly [S, Y],
  init: S,
  length: number,
  reverse = false,
): [S, Y[]] {
  const ys = new Array<Y>(length);
  let state = init;
  for (let i = 0; i < length; i++) {
    const t = reverse ? length - 1 - i : i;
    [state, ys[t]] = step(state, t);
  }
  return [state, ys];
}

const numbers = (x: Tensor): number[] => Array.from(x.data);

/** Both give the same numbers to the last bit: each step is the same operations in the same order. */
function expectEqual(actual: readonly Tensor[], expected: readonly Tensor[]): void {
  expect(actual.map(numbers)).toEqual(expected.map(numbers));
}

test("a reverse scan over the reversed sequence is the scan", () => {
  const both = (xs: Value, h: Value, w: Value) => {
    const step = (s: Value, x: Value): readonly [Value, Value] => {
      const next = tanh(add(mul(s, w), x));
      return [next, mul(next, s)];
    };
    const [last, ys] = scan(step, h, xs);
    const [lastBack, ysBack] = scan(step, h, flip(xs, { axis: 0 }), { reverse: true });
    const loss = (end: Value, out: Value): Value => add(sum(end), sum(square(out)));
    return {
      forth: [last, ys, ...gradient(loss(last, ys), [xs, h, w])],
      back: [lastBack, flip(ysBack, { axis: 0 }), ...gradient(loss(lastBack, ysBack), [xs, h, w])],
    };
  };
  const f = compile(both);
  fc.assert(
    fc.property(operands, ({ xs, h, w }) => {
      const { forth, back } = f(xs, h, w);
      expectEqual(back, forth);
    }),
  );
});

test("random keys in the state, and one per step, draw what copies of the step draw", () => {
  const f = (xs: Value, h: Value, w: Value, keys: readonly [Value, Value], copies: boolean): Value => {
    const step = (s: { h: Value; key: Value }, x: { x: Value; key: Value }) => {
      const [kept, use] = fork(s.key, 2);
      const masked = where(bernoulli(use, 0.5, [2]), s.h, mul(s.h, w));
      const next = where(bernoulli(x.key, 0.5, [2]), tanh(add(masked, x.x)), s.h);
      return [{ h: next, key: kept }, next] as const;
    };
    const T = xs.shape[0]!;
    const each = forkEach(keys[1], T);
    const init = { h, key: keys[0] };
    const ys = copies
      ? stack(loop((s: typeof init, t) => step(s, { x: row(xs, t), key: row(each, t) }), init, T)[1])
      : scan(step, init, { x: xs, key: each })[1];
    return mean(square(add(ys, 0.25)));
  };
  const run = compile((xs: Value, h: Value, w: Value, a: Value, b: Value, c: Value, d: Value) => {
    const scanned = f(xs, h, w, [a, b], false);
    const copied = f(xs, h, w, [c, d], true);
    return {
      scanned: [scanned, gradient(scanned, h)],
      copied: [copied, gradient(copied, h)],
    };
  });
  fc.assert(
    fc.property(operands, fc.nat(), ({ xs, h, w, key }, seed) => {
      const other = tensor([seed | 0, 7], { dtype: "i32" });
      const { scanned, copied } = run(xs, h, w, key, other, key, other);
      expect(numbers(scanned[0]!)).toEqual(numbers(copied[0]!));
      // Sums over time, of terms below 4, are taken in another order: 16 roundings of these.
      expect(scanned[1]!).toBeCloseToTensor(copied[1]!, { absolute: 2 ** -47 });
      checkGradient(
        (x: Value, s: Value, v: Value, k: Value, l: Value) => f(x, s, v, [k, l], false),
        [xs, h, w, key, other],
        { seed },
      );
    }),
  );
});

test("integers in the state and in the sequence have no part in the gradient, and all in the value", () => {
  const f = (xs: Value, ids: Value, h: Value, w: Value): Value => {
    const step = (s: { h: Value; n: Value }, x: { x: Value; id: Value }) => {
      const even = cast(mod(s.n, 2), "f64");
      const next = tanh(add(mul(s.h, even), mul(take(w, x.id), x.x)));
      return [
        { h: next, n: add(s.n, x.id, 1) },
        { next, n: s.n },
      ] as const;
    };
    const zero = full(0, { dtype: "i32", shape: [] });
    const [last, ys] = scan(step, { h, n: zero }, { x: xs, id: ids });
    return add(sum(last.h), sum(mul(ys.next, reshape(cast(ys.n, "f64"), [-1, 1]))));
  };
  fc.assert(
    fc.property(operands, fc.nat(), ({ xs, h, ids }, seed) => {
      const w = fromArray(type(3), Float64Array.of(0.5, -0.75, 1.25));
      checkGradient(f, [xs, ids, h, w], { seed, order: 2 });
    }),
  );
});

describe("a scan of no steps", () => {
  test("returns its state, and passes its gradient on", () => {
    const f = compile((xs: Value, h: Value, w: Value) => {
      const [last, ys] = scan((s: Value, x: Value) => [tanh(add(mul(s, w), x)), x], h, xs);
      return { last, ys, grads: gradient(sum(last), [xs, h, w]) };
    });
    fc.assert(
      fc.property(arbitraryTensor(type(2)), arbitraryTensor(type(2)), (h, w) => {
        const { last, ys, grads } = f(fromArray(type(0, 2), new Float64Array(0)), h, w);
        expect(numbers(last)).toEqual(numbers(h));
        expect(ys.shape).toEqual([0, 2]);
        expect(grads.map(numbers)).toEqual([[], [1, 1], [0, 0]]);
      }),
    );
  });
});
