import { describe, expect, test } from "vitest";
import { f64, i32, numbers, slopeOf } from "../../test/numbers.ts";
import { input } from "../graph/graph.ts";
import { square, sum } from "../index.ts";
import { gradient } from "../autodiff/gradient.ts";
import { overlapAdd, windows } from "./windows.ts";

const x = input({ dtype: "f32", shape: [5, 3] }, "x");
const row = f64([10, 11, 12, 13, 14]);

describe("windows", () => {
  test("start one after the other, and the entries of each stand on an axis of their own", () => {
    expect(windows(x, 2).shape).toEqual([4, 2, 3]);
    expect(windows(x, 2, { axis: -1 }).shape).toEqual([5, 2, 2]);
    expect(numbers(windows(row, 3))).toEqual([10, 11, 12, 11, 12, 13, 12, 13, 14]);
  });

  test("have a stride and a dilation, and leave out what remains at the end", () => {
    expect(numbers(windows(row, 2, { stride: 3 }))).toEqual([10, 11, 13, 14]);
    expect(numbers(windows(row, 2, { dilation: 3 }))).toEqual([10, 13, 11, 14]);
    expect(numbers(windows(row, 2, { stride: 2, dilation: 2 }))).toEqual([10, 12, 12, 14]);
    expect(numbers(windows(row, 2, { stride: 2 }))).toEqual([10, 11, 12, 13]);
    expect(numbers(windows(row, 1, { stride: 2 }))).toEqual([10, 12, 14]);
  });

  test("give every entry the cotangents of the windows that it stands in", () => {
    const dy = f64([
      [1, 2, 4],
      [8, 16, 32],
      [64, 128, 256],
    ]);
    expect(numbers(slopeOf((v) => windows(v, 3), row, dy))).toEqual([1, 2 + 8, 4 + 16 + 64, 32 + 128, 256]);
  });

  test("have a gradient of second order: an entry of n windows counts n times", () => {
    const once = gradient(sum(square(windows(row, 3))), row);
    expect(numbers(gradient(sum(once), row))).toEqual([2, 4, 6, 4, 2]);
  });

  test("that do not fit are refused", () => {
    expect(() => windows(x, 6)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: windows: x f32[5, 3]: a window of 6 does not fit on axis 0, which has 5 entries.
      Make the window smaller, or pad the axis first.]
    `);
    expect(() => windows(x, 2, { axis: 1, dilation: 3 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: windows: x f32[5, 3]: a window of 2 entries 3 apart does not fit on axis 1, which has 3 entries.
      Make the window smaller, or pad the axis first.]
    `);
  });

  test("of no whole size, stride or dilation are refused", () => {
    expect(() => windows(x, 0)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: windows: x f32[5, 3]: the size is 0.
      It is a whole number from 1 on.]
    `);
    expect(() => windows(x, 2, { stride: 0.5 })).toThrow("the stride is 0.5.");
    expect(() => windows(x, 2, { dilation: -1 })).toThrow("the dilation is -1.");
  });
});

describe("overlapAdd", () => {
  test("adds up windows where they overlap", () => {
    const parts = i32([
      [1, 2],
      [10, 20],
      [100, 200],
    ]);
    expect(numbers(overlapAdd(parts, 4))).toEqual([1, 12, 120, 200]);
    expect(numbers(overlapAdd(parts, 5, { dilation: 2 }))).toEqual([1, 10, 102, 20, 200]);
  });

  test("leaves zeros where no window is", () => {
    const parts = f64([
      [1, 2],
      [10, 20],
    ]);
    expect(numbers(overlapAdd(parts, 7, { stride: 3 }))).toEqual([1, 2, 0, 10, 20, 0, 0]);
  });

  test("refuses what has no windows, and a length that has others", () => {
    const parts = input({ dtype: "f32", shape: [3, 2] }, "parts");
    expect(() => overlapAdd(parts, 5)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: overlapAdd: parts f32[3, 2]: an axis of 5 entries does not have 3 windows of 2.
      Give a length of 4.]
    `);
    expect(() => overlapAdd(parts, 11, { stride: 3 })).toThrow("Give a length of 8 to 10.");
    expect(() => overlapAdd(input({ dtype: "f32", shape: [0, 2] }, "parts"), 1))
      .toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: overlapAdd: parts f32[0, 2]: an axis of 1 entries does not have 0 windows of 2.
      Give one window or more.]
    `);
    expect(() => overlapAdd(parts, 5, { axis: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: overlapAdd: parts f32[3, 2] has no axis behind 1 for the entries of each window.]`,
    );
  });
});
