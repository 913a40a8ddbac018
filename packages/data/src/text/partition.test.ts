import { expect, test } from "vitest";
import { partition } from "./partition.ts";

const ids = Int32Array.from({ length: 20 }, (_, i) => i);

test("parts follow one another and hold every symbol once", () => {
  const { train, validation, test: rest } = partition(ids, { train: 0.8, validation: 0.15, test: 0.05 });
  expect([...train]).toEqual(Array.from({ length: 16 }, (_, i) => i));
  expect([...validation]).toEqual([16, 17, 18]);
  expect([...rest]).toEqual([19]);
});

test("a part that is not asked for is empty", () => {
  const { train, validation, test: rest } = partition(ids, { train: 0.95, validation: 0.05 });
  expect([train.length, validation.length, rest.length]).toEqual([19, 1, 0]);
});

test("fractions are checked", () => {
  expect(() => partition(ids, { train: 0.9, validation: 0.2 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: partition: train 0.9, validation 0.2, test 0: the fractions sum to 1.1, not to 1.]`,
  );
  expect(() => partition(ids, { train: 0.9 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: partition: train 0.9, validation 0, test 0: the fractions sum to 0.9, not to 1.]`,
  );
  expect(() => partition(ids, { train: 1.5, test: -0.5 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: partition: train is 1.5: it must be within 0 and 1.]`,
  );
  expect(() => partition(ids, { train: NaN })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: partition: train is NaN: it must be within 0 and 1.]`,
  );
});

test("a part that comes out empty is an error", () => {
  expect(() => partition(ids, { train: 0.99, test: 0.01 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: partition: test is empty: 0.01 of 20 symbols is less than one.]`,
  );
  expect(() => partition(new Int32Array(0), { train: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: partition: train is empty: 1 of 0 symbols is less than one.]`,
  );
});
