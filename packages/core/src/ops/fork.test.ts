import { describe, expect, test } from "vitest";
import { f64, i32, numbers } from "../../test/numbers.ts";
import { compile, constant, fork, forkEach, randomUniform, type Value } from "../index.ts";
import { philox, randomKey } from "../tensor/philox.ts";

const key = (seed: number): Value => constant(randomKey(seed));

describe("fork", () => {
  test("makes keys of one, at counters of their own", () => {
    const [a, b] = fork(key(7), 2);
    expect(a.type).toEqual({ dtype: "i32", shape: [2] });
    const onHost = [0, 1].map((i) => philox([i, 0, 0, 1], [7, 0]).slice(0, 2));
    expect([a, b].map((one) => numbers(one).map((word) => word >>> 0))).toEqual(onHost);
  });

  test("forkEach makes the same keys as the rows of one value", () => {
    const rows = forkEach(key(7), 3);
    expect(rows.type).toEqual({ dtype: "i32", shape: [3, 2] });
    expect(numbers(rows)).toEqual(fork(key(7), 3).flatMap(numbers));
    expect(numbers(forkEach(key(7), 0))).toEqual([]);
  });

  test("keys of one fork draw different numbers, and none of them those of the old key", () => {
    const draw = (from: Value): number[] => numbers(randomUniform(from, { dtype: "f32", shape: [4] }));
    const drawn = [...fork(key(7), 2).map(draw), draw(key(7))];
    expect(new Set(drawn.flat()).size).toBe(12);
  });

  test("a key is used once", () => {
    const twice = compile((k: Value) => [fork(k, 2), randomUniform(k, { dtype: "f32", shape: [4] })]);
    expect(() => twice(randomKey(1))).toThrowErrorMatchingInlineSnapshot(`
      [KeyError: random: k is used by fork and by randomUniform.
      Fork it first.]
    `);
  });

  test("refuses what is no key or no number of keys", () => {
    expect(() => fork(f64([1, 2]).name("seed"), 2)).toThrowErrorMatchingInlineSnapshot(`
      [KeyError: fork: seed f64[2] is no random key; a key is i32[2].
      Make a key with randomKey(seed), and pass it as an argument of the compiled function.]
    `);
    expect(() => fork(i32([[1, 2]]).name("keys"), 2)).toThrowErrorMatchingInlineSnapshot(`
      [KeyError: fork: keys i32[1, 2] is no random key; a key is i32[2].
      These are keys, one per row: pass them to scan as a sequence.]
    `);
    expect(() => fork(randomKey(1) as unknown as Value, 2)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: fork: operand 1 is a Tensor.
      Pass it as an argument of the compiled function, or lift it with constant(tensor).]
    `);
    expect(() => forkEach(key(1), 1.5)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: forkEach: 1.5 is no number of keys.]`,
    );
  });
});
