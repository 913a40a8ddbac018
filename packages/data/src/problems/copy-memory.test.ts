import { expect, test } from "vitest";
import { copyMemory } from "./copy-memory.ts";

const options = { delay: 3, batch: 1, seed: 1 };

test("symbols are shown, and asked for after the delay", () => {
  const task = copyMemory({ ...options, items: 2, alphabet: 4 });
  const { x, y } = task.at(0);
  const [a, b] = x.data;
  // Blank is 4 and the delimiter 5.
  expect([...x.data]).toEqual([a, b, 4, 4, 5, 4, 4]);
  expect([...y.data]).toEqual([4, 4, 4, 4, 4, a, b]);
  expect([task.length, task.size]).toEqual([7, 6]);
});

test("ten symbols of eight by default, time first", () => {
  const task = copyMemory({ delay: 100, batch: 20, seed: 1 });
  const { x, y } = task.at(0);
  expect(x.type).toEqual({ dtype: "i32", shape: [120, 20] });
  expect(y.type).toEqual(x.type);
  expect(new Set(x.data)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  expect([...x.data.subarray(109 * 20, 110 * 20)]).toEqual(new Array(20).fill(9));
});

test("the baseline is that of the paper", () => {
  expect(copyMemory({ delay: 1000, batch: 20, seed: 1 }).baseline).toBeCloseTo((10 * Math.log(8)) / 1020, 15);
});

test("options are checked", () => {
  expect(() => copyMemory({ ...options, delay: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: copyMemory: delay is 0: it must be a whole number of at least 1.]`,
  );
  expect(() => copyMemory({ ...options, alphabet: 0.5 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: copyMemory: alphabet is 0.5: it must be a whole number of at least 1.]`,
  );
  expect(() => copyMemory({ ...options, seed: Infinity })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: copyMemory: seed is Infinity: it must be a whole number.]`,
  );
});
