import { describe, expect, test } from "vitest";
import { compile, logSoftmax, tensor, type Value } from "@unroll/core";
import { labellings } from "../../test/ctc-paths.ts";
import { nested, numbers } from "../../test/numbers.ts";
import { cut } from "../../test/trees.ts";
import { ctcBeamSearch, ctcGreedy } from "../index.ts";

const [T, B, V] = [5, 4, 3];
const logProbs = compile((x: Value) => logSoftmax(x))(numbers([T, B, V], "logits", 1.5));
const lengths = tensor([5, 4, 5, 0], { dtype: "i32" });
const rowsOf = (b: number): number[][] =>
  (nested(cut(logProbs, 1, b, b + 1)) as number[][][]).slice(0, lengths.data[b]).map(([row]) => row!);

/** 0.6 blank, 0.4 of a label, at two steps: the best path is blanks (0.36), the best labelling the label (0.64). */
const twoSteps = tensor(
  [[[0.6, 0.4]], [[0.6, 0.4]]].map((step) => step.map((row) => row.map(Math.log))),
  {
    dtype: "f64",
  },
);

describe("greedy", () => {
  test("merges repetitions and drops blanks of the best symbols", () => {
    const path = [1, 1, 0, 1, 2, 2, 0];
    const sure = tensor(path.map((best) => [[0, 1, 2].map((symbol) => (symbol === best ? 0 : -9))]));
    expect(ctcGreedy(sure)).toEqual([[1, 1, 2]]);
    expect(ctcGreedy(sure, { blank: 2 })).toEqual([[1, 0, 1, 0]]);
    expect(ctcGreedy(sure, { lengths: tensor([2], { dtype: "i32" }) })).toEqual([[1]]);
  });

  test("is not always the best labelling", () => {
    expect(ctcGreedy(twoSteps)).toEqual([[]]);
    expect(ctcBeamSearch(twoSteps)[0]![0]).toEqual({
      labels: [1],
      logProbability: expect.closeTo(Math.log(0.64), 12),
    });
  });
});

describe("beam search", () => {
  test.each([0, 1, 2, 3])("with a wide beam has every labelling of sequence %i with its probability", (b) => {
    for (const blank of [0, 2]) {
      const found = ctcBeamSearch(logProbs, { lengths, blank, width: 1000 })[b]!;
      const expected = labellings(rowsOf(b), V, blank);
      expect(found.map(({ labels }) => labels.join()).sort()).toEqual([...expected.keys()].sort());
      for (const { labels, logProbability } of found) {
        expect(logProbability).toBeCloseTo(Math.log(expected.get(labels.join())!.p), 12);
      }
      const order = found.map(({ logProbability }) => logProbability);
      expect(order).toEqual(order.toSorted((x, y) => y - x));
    }
  });

  test("keeps as many labellings as it is wide", () => {
    const narrow = ctcBeamSearch(logProbs, { width: 2 });
    expect(narrow.map((beam) => beam.length)).toEqual([2, 2, 2, 2]);
  });

  test("is led by a language model", () => {
    // The model allows no label but 2, which is as good as giving 1 the probability 0.
    const score = (_: readonly number[], label: number): number => (label === 1 ? -Infinity : 0);
    const found = ctcBeamSearch(logProbs, { width: 1000, score })[0]!;
    const best = found[0]!;
    expect(best.labels).not.toContain(1);
    const without = labellings(
      (nested(cut(logProbs, 1, 0, 1)) as number[][][]).map(([row]) => row!.with(1, -Infinity)),
      V,
      0,
    );
    expect(best.logProbability).toBeCloseTo(
      Math.log(Math.max(...[...without.values()].map(({ p }) => p))),
      12,
    );
  });

  test("passes the labels so far to the language model", () => {
    const bonus = (before: readonly number[], label: number): number =>
      before.join() === "1" && label === 2 ? 5 : 0;
    const found = ctcBeamSearch(logProbs, { width: 1000, score: bonus })[0]!;
    const expected = labellings(rowsOf(0), V, 0);
    for (const { labels, logProbability } of found) {
      const extra = labels[0] === 1 && labels[1] === 2 ? 5 : 0;
      expect(logProbability).toBeCloseTo(Math.log(expected.get(labels.join())!.p) + extra, 12);
    }
  });
});

test("what does not fit is named", () => {
  expect(() => ctcGreedy(tensor([[0, 1]]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: ctcGreedy: the log-probabilities f32[1, 2] have rank 2, not 3.
    They are [T, B, V].]
  `);
  expect(() => ctcGreedy(logProbs, { blank: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: ctcGreedy: the blank is -1, and f64[5, 4, 3] has the symbols 0 to 2.]`,
  );
  expect(() =>
    ctcBeamSearch(logProbs, { lengths: tensor([1, 2], { dtype: "i32" }) }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: ctcBeamSearch: f64[5, 4, 3] and i32[2]: the lengths are i32[4].]`,
  );
  expect(() => ctcBeamSearch(logProbs, { lengths: tensor([1, 2, 3, 4]) })).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: ctcBeamSearch: f64[5, 4, 3] and f32[4]: the lengths are i32[4].]`,
  );
  expect(() => ctcBeamSearch(logProbs, { width: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: ctcBeamSearch: the width is 0.
    It is a whole number from 1 on.]
  `);
});
