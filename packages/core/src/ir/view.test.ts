import { describe, expect, test } from "vitest";
import { addressAt, shown, viewOf } from "../../test/views.ts";
import {
  broadcastView,
  compactView,
  flipView,
  insertAxis,
  mergeFactors,
  permute,
  reshapeView,
  rowView,
  selectView,
  simpleAxis,
  sliceView,
  viewShape,
  windowView,
  type View,
} from "./view.ts";

const counting = Array.from({ length: 24 }, (_, i) => i);
const numbers = (view: View | undefined): number[] => shown(view!, counting);

describe("a compact view", () => {
  test("is row-major", () => {
    const view = viewOf("f32", [2, 3]);
    expect(viewShape(view)).toEqual([2, 3]);
    expect(addressAt(view, [1, 2])).toBe(5);
  });

  test("has no factor for an axis of size 1, and one of size 0 for an empty axis", () => {
    expect(viewOf("f32", [1, 3]).axes).toEqual([[], [[3, 1]]]);
    expect(viewShape(viewOf("f32", [0, 3]))).toEqual([0, 3]);
  });
});

describe("movements change where elements are, and no number", () => {
  const x = viewOf("f32", [2, 3]);

  test("permute", () => expect(numbers(permute(x, [1, 0]))).toEqual([0, 3, 1, 4, 2, 5]));

  test("broadcast repeats axes of size 1 and adds axes in front", () => {
    expect(numbers(broadcastView(viewOf("f32", [2, 1]), [2, 2, 3]))).toEqual([
      0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1,
    ]);
    expect(numbers(broadcastView(viewOf("f32", [1, 2]), [0, 2]))).toEqual([]);
  });

  test("insertAxis", () => expect(numbers(insertAxis(viewOf("f32", [2]), 1, 2))).toEqual([0, 0, 1, 1]));

  test("select drops an axis", () => {
    expect(numbers(selectView(x, 0, 1))).toEqual([3, 4, 5]);
    expect(numbers(selectView(x, 1, 1))).toEqual([1, 4]);
    const factored = reshapeView(permute(x, [1, 0]), [6])!;
    expect([0, 1, 2, 3, 4, 5].map((at) => selectView(factored, 0, at).offset)).toEqual([0, 3, 1, 4, 2, 5]);
  });

  test("windows stand behind their count, and overlap", () => {
    const view = windowView(viewOf("f32", [8, 2]), 0, 2, 3, 3, 2)!;
    expect(viewShape(view)).toEqual([2, 3, 2]);
    expect(numbers(view)).toEqual([0, 1, 4, 5, 8, 9, 6, 7, 10, 11, 14, 15]);
  });

  test("slice with a step", () => {
    expect(numbers(sliceView(viewOf("f32", [6]), 0, 1, 3, 2))).toEqual([1, 3, 5]);
  });

  test("slice with a negative step runs backwards from its start", () => {
    expect(numbers(sliceView(viewOf("f32", [6]), 0, 5, 3, -2))).toEqual([5, 3, 1]);
  });

  test("a slice without elements stays inside of its buffer", () => {
    const empty = sliceView(viewOf("f32", [6]), 0, 6, 0, 1)!;
    expect([empty.offset, viewShape(empty)]).toEqual([0, [0]]);
  });

  test("flip, twice, is nothing", () => {
    expect(numbers(flipView(x, 1))).toEqual([2, 1, 0, 5, 4, 3]);
    expect(flipView(flipView(x, 1), 1)).toEqual(x);
    expect(numbers(flipView(viewOf("f32", [0]), 0))).toEqual([]);
  });
});

describe("reshape", () => {
  test("of a compact view is compact", () => {
    expect(reshapeView(viewOf("f32", [2, 3, 4]), [6, 4])!.axes).toEqual([[[6, 4]], [[4, 1]]]);
    expect(numbers(reshapeView(viewOf("f32", [2, 6]), [3, 1, 4]))).toEqual(counting.slice(0, 12));
  });

  test("of a transposed view keeps factors, so nothing is copied", () => {
    const transposed = permute(viewOf("f32", [2, 3]), [1, 0]);
    expect(reshapeView(transposed, [6])!.axes).toEqual([
      [
        [3, 1],
        [2, 3],
      ],
    ]);
    expect(numbers(reshapeView(transposed, [6]))).toEqual([0, 3, 1, 4, 2, 5]);
  });

  test("of a flipped view runs backwards", () => {
    const flipped = flipView(flipView(viewOf("f32", [2, 3]), 0), 1);
    expect(numbers(reshapeView(flipped, [3, 2]))).toEqual([5, 4, 3, 2, 1, 0]);
  });

  test("that would cut a factor unevenly has no view", () => {
    expect(reshapeView(permute(viewOf("f32", [2, 3]), [1, 0]), [2, 3])).toBeUndefined();
  });

  test("of and to scalars and empty shapes", () => {
    expect(viewShape(reshapeView(viewOf("f32", [1, 1]), [])!)).toEqual([]);
    expect(viewShape(reshapeView(viewOf("f32", []), [1, 1])!)).toEqual([1, 1]);
    for (const [from, to] of [
      [
        [0, 3],
        [3, 0],
      ],
      [[2, 0], [0]],
      [[0], [5, 0, 2]],
    ] as const) {
      expect(viewShape(reshapeView(viewOf("f32", from), to)!)).toEqual(to);
    }
  });
});

test("factors that run on are one", () => {
  expect(
    mergeFactors([
      [2, 6],
      [1, 99],
      [3, 2],
      [2, 1],
    ]),
  ).toEqual([[12, 1]]);
  expect(
    mergeFactors([
      [3, 1],
      [2, 3],
    ]),
  ).toEqual([
    [3, 1],
    [2, 3],
  ]);
});

test("an axis with several factors can't be sliced, cut into windows, run along or indexed", () => {
  const view = reshapeView(permute(viewOf("f32", [2, 3], "z"), [1, 0]), [6])!;
  expect(sliceView(view, 0, 0, 2, 1)).toBeUndefined();
  expect(windowView(view, 0, 2, 1, 2, 1)).toBeUndefined();
  expect(rowView(view, 7, false)).toBeUndefined();
  expect(() => simpleAxis(view, 0)).toThrowErrorMatchingInlineSnapshot(`
    [InternalError: internal: axis 0 of z is not contiguous enough to be indexed
    This is a bug in unroll. Please report it with the program that caused it.]
  `);
});

describe("a row that moves with a loop", () => {
  const sequence = compactView(viewOf("f32", [12]).buffer, [3, 4]);

  test("is row t in turn t", () => {
    expect(rowView(sequence, 7, false)).toMatchObject({
      offset: 0,
      axes: [[[4, 1]]],
      steps: [{ loop: 7, stride: 4 }],
    });
  });

  test("counts from the last row when reversed", () => {
    expect(rowView(sequence, 7, true)).toMatchObject({
      offset: 8,
      axes: [[[4, 1]]],
      steps: [{ loop: 7, stride: -4 }],
    });
  });

  test("of a row has a step for each loop", () => {
    const outer = rowView(viewOf("f32", [2, 3, 4]), 0, false)!;
    expect(rowView(outer, 1, true)).toMatchObject({
      offset: 8,
      steps: [
        { loop: 0, stride: 12 },
        { loop: 1, stride: -4 },
      ],
    });
  });

  test("does not move when there is one row", () => {
    expect(rowView(viewOf("f32", [1, 4]), 7, true)).toMatchObject({ offset: 0, steps: [] });
  });
});
