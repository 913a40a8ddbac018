import { expect, test } from "vitest";
import { countingLanguage } from "./counting-language.ts";
import { dyckLanguage } from "./dyck-language.ts";
import { multiplicationProblem } from "./multiplication-problem.ts";
import { noiselessMemorization } from "./noiseless-memorization.ts";
import { parity } from "./parity.ts";
import { randomPermutation } from "./random-permutation.ts";
import { temporalOrder } from "./temporal-order.ts";

const options = { length: 20, batch: 3, seed: 1 };

test("a product's baseline is the error of always answering 1/4", () => {
  const { y } = multiplicationProblem({ length: 10, batch: 100_000, seed: 2, dtype: "f64" }).at(0);
  const error = [...y.data].reduce((sum, target) => sum + (target - 1 / 4) ** 2, 0) / y.data.length;
  expect(multiplicationProblem(options).baseline).toBe(7 / 144);
  // The variance of (xy - 1/4)^2 is that of a bounded number below 0.6^2: its mean over 1e5 varies by less than 3e-4.
  expect(Math.abs(error - 7 / 144)).toBeLessThan(0.0015);
});

test("symbols are time first, and their ids and classes are counted", () => {
  const tasks = [
    [temporalOrder(options), [6, 4], [3]],
    [temporalOrder({ ...options, relevant: 3 }), [6, 8], [3]],
    [randomPermutation(options), [100, 2], [3]],
    [parity(options), [2, 2], [20, 3]],
    [dyckLanguage(options), [4, 3], [20, 3]],
    [countingLanguage(options), [3, 3], [20, 3]],
    [noiselessMemorization({ delay: 10, batch: 3, seed: 1 }), [4, 3], [20, 3]],
  ] as const;
  for (const [task, [size, classes], target] of tasks) {
    const { x, y } = task.at(0);
    expect([task.size, task.classes]).toEqual([size, classes]);
    expect(x.type).toEqual({ dtype: "i32", shape: [20, 3] });
    expect(y.type).toEqual({ dtype: "i32", shape: target });
    expect(Math.max(...y.data)).toBeLessThan(classes);
    expect([...task.at(1).x.data]).not.toEqual([...x.data]);
    expect([...task.at(0).x.data]).toEqual([...x.data]);
  }
});

test("baselines are the cross-entropies of guessing", () => {
  expect(temporalOrder(options).baseline).toBeCloseTo(1.386, 3);
  expect(temporalOrder({ ...options, relevant: 3 }).baseline).toBeCloseTo(2.079, 3);
  expect(randomPermutation(options).baseline).toBeCloseTo(0.693, 3);
  expect(noiselessMemorization({ delay: 90, batch: 1, seed: 1 }).baseline).toBeCloseTo(
    (5 * Math.log(2)) / 100,
    15,
  );
});

test("options are checked", () => {
  expect(() => temporalOrder({ ...options, length: 9 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: temporalOrder: length is 9: it must be a whole number of at least 10.]`,
  );
  expect(() => dyckLanguage({ ...options, kinds: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: dyckLanguage: kinds is 0: it must be a whole number of at least 1.]`,
  );
  expect(() => countingLanguage({ ...options, length: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: countingLanguage: length is 2: it must be a whole number of at least 3.]`,
  );
  expect(() => multiplicationProblem({ ...options, length: 9 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: multiplicationProblem: length is 9: it must be a whole number of at least 10.]`,
  );
});
