import { describe, expect, test } from "vitest";
import {
  add,
  bernoulli,
  compile,
  evaluate,
  fork,
  forkEach,
  full,
  gradient,
  mul,
  randomKey,
  randomUniform,
  scan,
  sum,
  tensor,
  where,
  type TensorType,
  type Value,
} from "../index.ts";

const two: TensorType = { dtype: "f64", shape: [2] };
const run = (f: (key: Value) => unknown): unknown => compile(f)(randomKey(1));

describe("a random key is used once", () => {
  test("passing it on and forking it", () => {
    expect(() => run((key) => [randomUniform(key, two), ...fork(key, 2)]))
      .toThrowErrorMatchingInlineSnapshot(`
      [KeyError: random: key is used by randomUniform and by fork.
      Fork it first.]
    `);
  });

  test("two draws from one key", () => {
    expect(() => run((key) => add(randomUniform(key, two), randomUniform(key, two)))).toThrow(
      "random: key is used by",
    );
  });

  test("a key from outside used at every step", () => {
    const noisy = (key: Value) =>
      scan((s: Value) => [add(s, randomUniform(key, two)), undefined], full(0, two), undefined, {
        length: 3,
      })[0];
    expect(() => run(noisy)).toThrowErrorMatchingInlineSnapshot(`
      [KeyError: random: key comes from outside of a scan and is used by randomUniform at every step.
      Fork it once per step with forkEach and pass the keys as a sequence, or draw before the scan for one mask per sequence.]
    `);
  });

  test("a key carried unchanged and used at every step", () => {
    const step = (s: { x: Value; key: Value }): readonly [{ x: Value; key: Value }, undefined] => [
      { x: randomUniform(s.key, two), key: s.key },
      undefined,
    ];
    expect(() => run((key) => scan(step, { x: full(0, two), key }, undefined, { length: 3 })[0].x)).toThrow(
      "at every step",
    );
  });

  test("a key that starts a scan and is drawn from outside as well", () => {
    const step = (key: Value): readonly [Value, Value] => {
      const [next, use] = fork(key, 2);
      return [next, randomUniform(use, two)];
    };
    expect(() =>
      run((key) => [scan(step, key, undefined, { length: 3 })[1], randomUniform(key, two)]),
    ).toThrow("random: key is used by");
    run((key) => scan(step, key, undefined, { length: 3 })[1]);
  });

  test("the scan that saves residuals draws the same mask as the forward one, and is no second use", () => {
    const f = (key: Value, w: Value) => {
      const step = (s: Value, k: Value): readonly [Value, Value] => {
        const next = where(bernoulli(k, 0.5, [2]), mul(w, add(s, 1)), s);
        return [next, next];
      };
      const [last, all] = scan(step, full(0, two), forkEach(key, 6));
      return { all, dw: gradient(sum(last), w), last };
    };
    const { all, dw, last } = compile(f)(randomKey(3), tensor(1, { dtype: "f64" }));
    // With w = 1 every kept step adds 1, and d/dw of n nested (w (s + 1)) at w = 1 is n (n + 1) / 2.
    const counts = [...last.data];
    expect(Array.from(all.data.subarray(-2))).toEqual(counts);
    expect(dw.data[0]).toBe(counts.reduce((total, n) => total + (n * (n + 1)) / 2, 0));
  });

  test("forks are used independently", () => {
    const draws = evaluate(fork(constantKey(), 2).map((key) => randomUniform(key, two)));
    expect([...draws[0]!.data]).not.toEqual([...draws[1]!.data]);
  });
});

const constantKey = (): Value => full(7, { dtype: "i32", shape: [2] });
