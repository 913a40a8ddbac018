import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { compile, fromArray, gradient, input, logSoftmax, sum, tensor, type Value } from "@unroll/core";
import { labellings } from "../../test/ctc-paths.ts";
import { distance, matrix, nested, numbers } from "../../test/numbers.ts";
import { cut, expectSame } from "../../test/trees.ts";
import { ctc } from "../index.ts";

const i32 = { dtype: "i32" } as const;
const [T, B, V] = [5, 5, 3];
const logits = numbers([T, B, V], "logits");
const logProbs = compile((x: Value) => logSoftmax(x))(logits);
const rowsOf = (b: number): number[][] =>
  (nested(cut(logProbs, 1, b, b + 1)) as number[][][]).map(([row]) => row!);

/** A label, repeated labels, a sequence shorter than the batch, no label, and labels that fill all steps. */
const labels = tensor(
  [
    [1, 2, -1, -1],
    [1, 1, 2, -1],
    [2, 5, 5, 5],
    [-7, -7, -7, -7],
    [1, 2, 1, 2],
  ],
  i32,
);
const labelLengths = tensor([2, 3, 1, 0, 4], i32);
const lengths = tensor([5, 5, 3, 4, 4], i32);
const labelsOf = (b: number): number[] => matrix(labels)[b]!.slice(0, labelLengths.data[b]);

const run = compile((x: Value, labels: Value, lengths: Value, labelLengths: Value) => {
  const loss = ctc(x, labels, { lengths, labelLengths });
  return { loss, d: gradient(sum(loss), x) };
});

describe("against all paths", () => {
  const { loss, d } = run(logProbs, labels, lengths, labelLengths);

  test.each([0, 1, 2, 3, 4])("loss and gradient of sequence %i", (b) => {
    const length = lengths.data[b]!;
    const { p, passes } = labellings(rowsOf(b).slice(0, length), V, 0).get(labelsOf(b).join())!;
    expect(loss.data[b]).toBeCloseTo(-Math.log(p), 12);
    const found = (nested(cut(d, 1, b, b + 1)) as number[][][]).map(([row]) => row!);
    const expected = passes.flatMap((row) => row.map((q) => -q / p));
    expect(distance(found.slice(0, length).flat(), expected)).toBeLessThan(1e-13);
    expect(
      found
        .slice(length)
        .flat()
        .every((x) => x === 0),
    ).toBe(true);
  });

  test("without lengths all steps and all labels count, and any symbol may be the blank", () => {
    const alone = compile((x: Value, labels: Value) => ctc(x, labels, { blank: 2 }));
    const some = tensor(
      [
        [0, 1],
        [1, 1],
        [0, 0],
        [1, 0],
        [0, 1],
      ],
      i32,
    );
    const y = alone(logProbs, some);
    matrix(some).forEach((row, b) => {
      const { p } = labellings(rowsOf(b), V, 2).get(row.join())!;
      expect(y.data[b]).toBeCloseTo(-Math.log(p), 12);
    });
  });

  test("the probabilities of all labellings add up to 1", () => {
    const all = [...labellings(rowsOf(0).slice(0, 3), V, 0).keys()].map((name) =>
      name === "" ? [] : name.split(",").map(Number),
    );
    const one = cut(cut(logProbs, 1, 0, 1), 0, 0, 3);
    const n = all.length;
    const batch = fromArray(
      { dtype: "f64", shape: [3, n, V] },
      Float64Array.from({ length: 3 * n * V }, (_, i) => one.data[Math.floor(i / (n * V)) * V + (i % V)]!),
    );
    const padded = tensor(
      all.map((row) => [...row, 0, 0, 0].slice(0, 3)),
      i32,
    );
    const counts = tensor(
      all.map((row) => row.length),
      i32,
    );
    const y = compile((x: Value, labels: Value, labelLengths: Value) => ctc(x, labels, { labelLengths }));
    const total = [...y(batch, padded, counts).data].reduce((sum, loss) => sum + Math.exp(-loss), 0);
    expect(total).toBeCloseTo(1, 13);
  });
});

test("its gradient is that of differences, to the second order", () => {
  checkGradient(
    (x: Value, labels: Value, lengths: Value, labelLengths: Value) =>
      ctc(logSoftmax(x), labels, { lengths, labelLengths }),
    [logits, labels, lengths, labelLengths],
    { order: 2 },
  );
});

test("too few steps for the labels are infinitely unlikely, with zero gradient and no NaN", () => {
  // 1 1 needs three steps; one label needs one.
  const some = tensor(
    [
      [1, 1],
      [1, 2],
      [1, 1],
      [2, 2],
      [1, 0],
    ],
    i32,
  );
  const { loss, d } = run(logProbs, some, tensor([2, 1, 3, 0, 0], i32), tensor([2, 2, 2, 1, 0], i32));
  expect([...loss.data].map((x) => x === Infinity)).toEqual([true, true, false, true, false]);
  // Nothing to say in no time at all is certain.
  expect(Math.abs(loss.data[4]!)).toBe(0);
  const of = (b: number): number[] => [...cut(d, 1, b, b + 1).data];
  for (const b of [0, 1, 3, 4]) expect(of(b).every((x) => x === 0)).toBe(true);
  expect(of(2).every(Number.isFinite)).toBe(true);
});

test("a symbol of probability 0 at a step costs the paths through it, and no digit of the others", () => {
  const masked = fromArray(
    logProbs.type,
    Float64Array.from(logProbs.data, (x, i) => (i === 1 ? -Infinity : x)),
  );
  const { loss, d } = run(masked, labels, lengths, labelLengths);
  const rows = rowsOf(0).map((row, t) => (t === 0 ? row.with(1, -Infinity) : row));
  expect(loss.data[0]).toBeCloseTo(-Math.log(labellings(rows, V, 0).get("1,2")!.p), 12);
  expect(d.data.every(Number.isFinite)).toBe(true);
  expect(Math.abs(d.data[1]!)).toBe(0);
});

test("a length beyond the end is the end", () => {
  const all = (n: number) =>
    tensor(
      Array.from({ length: B }, () => n),
      i32,
    );
  const some = tensor(
    [
      [1, 2],
      [1, 1],
      [2, 2],
      [2, 1],
      [1, 2],
    ],
    i32,
  );
  expectSame(run(logProbs, some, all(9), all(3)), run(logProbs, some, all(T), all(2)));
});

test("long sequences do not underflow in f32", () => {
  const [steps, count] = [400, 30];
  const uniform = new Float32Array(steps * 10).fill(-Math.log(10));
  const row = Int32Array.from({ length: count }, (_, i) => 1 + (i % 9));
  const y = compile((x: Value, labels: Value) => ctc(x, labels))(
    tensor(uniform, { shape: [steps, 1, 10] }),
    tensor(row, { shape: [1, count] }),
  );
  // Of equally likely paths C(T + L, 2 L) become L labels without repetitions.
  const choose = Array.from({ length: 2 * count }, (_, i) => Math.log((steps + count - i) / (i + 1))).reduce(
    (a, b) => a + b,
  );
  expect(y.data[0]! / (steps * Math.log(10) - choose)).toBeCloseTo(1, 5);
});

test("what does not fit is named", () => {
  const f = (...shape: number[]) => input({ dtype: "f32", shape }, "logp");
  const n = (...shape: number[]) => input({ dtype: "i32", shape }, "batch.y");
  expect(() => ctc(f(5, 3), n(1, 3))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: ctc: the log-probabilities logp f32[5, 3] have rank 2, not 3.
    They are [T, B, V].]
  `);
  expect(() => ctc(f(5, 2, 3), n(2))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: ctc: logp f32[5, 2, 3] and batch.y i32[2]: the labels have rank 1, not 2.
    They are i32[2, L]: one row per sequence, with padding at its end.]
  `);
  expect(() => ctc(f(5, 2, 3), n(3, 2))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: ctc: logp f32[5, 2, 3] and batch.y i32[3, 2]: the labels are i32[2, 2].
    Losses do not broadcast: say broadcastTo where that is meant.]
  `);
  expect(() => ctc(f(5, 2, 3), n(2, 3), { lengths: f(2) })).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: ctc: logp f32[5, 2, 3] and logp f32[2]: the lengths are i32[2].
    Convert them first: cast(logp, "i32").]
  `);
  expect(() => ctc(f(5, 2, 3), n(2, 3), { labelLengths: n(3) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: ctc: logp f32[5, 2, 3] and batch.y i32[3]: the lengths of labels are i32[2].
    Losses do not broadcast: say broadcastTo where that is meant.]
  `);
  expect(() => ctc(f(5, 2, 3), n(2, 3), { blank: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: ctc: the blank is 3, and logp f32[5, 2, 3] has the symbols 0 to 2.]`,
  );
  expect(() => ctc(f(5, 2, 3), [1] as never)).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: Cannot read properties of undefined (reading 'length')]`,
  );
});
