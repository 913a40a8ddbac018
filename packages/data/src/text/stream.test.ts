import { expect, test } from "vitest";
import type { Batch } from "../batches.ts";
import { stream } from "./stream.ts";

const count = (length: number): Int32Array => Int32Array.from({ length }, (_, i) => i);
/** The numbers of a batch: toEqual does not see those of a tensor. */
const numbers = ({ x, y }: Batch): number[][] => [[...x.data], [...y.data]];

test("rows are cut from the text and batches from the rows, time first", () => {
  // Two rows of 6: 0 to 5 and 6 to 11. Batches of 3 steps.
  const training = stream(count(14), { batch: 2, length: 3 });
  expect([training.batches, training.dropped]).toEqual([2, 1]);
  const [first, second] = [...training];
  expect(first!.x.type).toEqual({ dtype: "i32", shape: [3, 2] });
  expect([...first!.x.data]).toEqual([0, 6, 1, 7, 2, 8]);
  expect([...first!.y.data]).toEqual([1, 7, 2, 8, 3, 9]);
  expect([...second!.x.data]).toEqual([3, 9, 4, 10, 5, 11]);
  expect([...second!.y.data]).toEqual([4, 10, 5, 11, 6, 12]);
});

test("the shortest text is one symbol longer than a batch", () => {
  const training = stream(count(7), { batch: 2, length: 3 });
  expect([training.batches, training.dropped]).toEqual([1, 0]);
  expect([...training.at(0).y.data]).toEqual([1, 4, 2, 5, 3, 6]);
});

test("it can be iterated again, and from any position", () => {
  const training = stream(count(14), { batch: 2, length: 3 });
  expect([...training].map(numbers)).toEqual([...training].map(numbers));
  expect([...training.from(1)].map(numbers)).toEqual([...training].slice(1).map(numbers));
  expect([...training.from(2)]).toEqual([]);
  expect(numbers(training.at(1))).toEqual(numbers([...training][1]!));
});

test("a text that is too short says how long it must be", () => {
  expect(() => stream(count(2500), { batch: 50, length: 50 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: stream: 2500 symbols are too few for 50 sequences of 50: 2501 are needed.
    Take a smaller batch or a smaller length.]
  `);
});

test("options and positions are checked", () => {
  expect(() => stream(count(9), { batch: 0, length: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: stream: batch is 0: it must be a whole number of at least 1.]`,
  );
  expect(() => stream(count(9), { batch: 2, length: 1.5 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: stream: length is 1.5: it must be a whole number of at least 1.]`,
  );
  const training = stream(count(14), { batch: 2, length: 3 });
  expect(() => training.at(2)).toThrowErrorMatchingInlineSnapshot(
    `[DataError: stream: position 2 is beyond the 2 batches.]`,
  );
  expect(() => training.from(3)).toThrowErrorMatchingInlineSnapshot(
    `[DataError: stream: position 3 is beyond the 2 batches.]`,
  );
  expect(() => training.from(-1)).toThrowErrorMatchingInlineSnapshot(
    `[DataError: stream: position is -1: it must be a whole number of at least 0.]`,
  );
});
