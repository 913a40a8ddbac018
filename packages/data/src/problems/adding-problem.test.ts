import { expect, test } from "vitest";
import { addingProblem } from "./adding-problem.ts";

const options = { length: 5, batch: 3, seed: 1 };

test("a batch holds numbers with markers, time first, and sums", () => {
  const { x, y } = addingProblem(options).at(0);
  expect(x.type).toEqual({ dtype: "f32", shape: [5, 3, 2] });
  expect(y.type).toEqual({ dtype: "f32", shape: [3, 1] });
  expect(addingProblem({ ...options, dtype: "f64" }).at(0).x.type.dtype).toBe("f64");
});

test("always answering 1 has the error of the baseline", () => {
  const { y } = addingProblem({ length: 2, batch: 100_000, seed: 2, dtype: "f64" }).at(0);
  const error = [...y.data].reduce((sum, target) => sum + (target - 1) ** 2, 0) / y.data.length;
  expect(addingProblem(options).baseline).toBe(1 / 6);
  expect(Math.abs(error - 1 / 6)).toBeLessThan(0.003); // 5 standard deviations
});

test("markers fall on every step of their half", () => {
  const { x } = addingProblem({ length: 5, batch: 200, seed: 3 }).at(0);
  const counts = [0, 1, 2, 3, 4].map((t) =>
    Array.from({ length: 200 }, (_, b) => x.data[(t * 200 + b) * 2 + 1]!).reduce((sum, n) => sum + n),
  );
  expect(counts[0]! + counts[1]!).toBe(200);
  expect(counts[2]! + counts[3]! + counts[4]!).toBe(200);
  expect(Math.min(...counts)).toBeGreaterThan(40);
});

test("options are checked", () => {
  expect(() => addingProblem({ ...options, length: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: addingProblem: length is 1: it must be a whole number of at least 2.]`,
  );
  expect(() => addingProblem({ ...options, batch: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: addingProblem: batch is 0: it must be a whole number of at least 1.]`,
  );
  expect(() => addingProblem({ ...options, seed: 0.5 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: addingProblem: seed is 0.5: it must be a whole number.]`,
  );
});
