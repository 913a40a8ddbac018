import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  and,
  compile,
  gradient,
  input,
  mul,
  sum,
  tensor,
  unsqueeze,
  type Tensor,
  type Value,
} from "@unroll/core";
import { distance, nested, numbers } from "../../test/numbers.ts";
import { attend, causalMask, paddingMask } from "../index.ts";

const [T, S, B, V] = [3, 4, 2, 5];
const scores = numbers([T, S, B], "scores");
const values = numbers([S, B, V], "values");
const bools = (rows: readonly unknown[]): Tensor => tensor(rows as boolean[][], { dtype: "bool" });

/** The weights of one column of scores, as far as a mask holds. */
function plainWeights(column: readonly number[], mask: readonly boolean[]): number[] {
  const exps = column.map((x, s) => (mask[s] ? Math.exp(x) : 0));
  const total = exps.reduce((sum, x) => sum + x, 0);
  return exps.map((x) => (total === 0 ? 0 : x / total));
}

/** Weights and contexts of all steps. */
function plain(holds: (t: number, s: number, b: number) => boolean): {
  weights: number[];
  context: number[];
} {
  const [z, v] = [nested(scores) as number[][][], nested(values) as number[][][]];
  const indices = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  const weights = indices(T).map((t) => {
    const columns = indices(B).map((b) =>
      plainWeights(
        z[t]!.map((row) => row[b]!),
        indices(S).map((s) => holds(t, s, b)),
      ),
    );
    return indices(S).map((s) => columns.map((column) => column[s]!));
  });
  const context = indices(T).flatMap((t) =>
    indices(B).flatMap((b) =>
      indices(V).map((i) => v.reduce((sum, row, s) => sum + weights[t]![s]![b]! * row[b]![i]!, 0)),
    ),
  );
  return { weights: weights.flat(2), context };
}

const read = compile((z: Value, v: Value) => attend(z, v));
const readMasked = compile((z: Value, v: Value, mask: Value) => attend(z, v, mask));

describe("attend", () => {
  test("weighs values by the softmax of their scores", () => {
    const { context, weights } = read(scores, values);
    const expected = plain(() => true);
    expect([weights.shape, context.shape]).toEqual([
      [T, S, B],
      [T, B, V],
    ]);
    expect(distance(weights.data, expected.weights)).toBeLessThan(1e-15);
    expect(distance(context.data, expected.context)).toBeLessThan(1e-14);
  });

  test("of one step gives what it gives of all of them", () => {
    const first = tensor(scores.data.slice(0, S * B), { dtype: "f64", shape: [S, B] });
    const [one, all] = [read(first, values), read(scores, values)];
    expect([one.weights.shape, one.context.shape]).toEqual([
      [S, B],
      [B, V],
    ]);
    expect([...one.weights.data]).toEqual(Array.from(all.weights.data.slice(0, S * B)));
    expect([...one.context.data]).toEqual(Array.from(all.context.data.slice(0, B * V)));
  });

  test("reads nothing where the mask does not hold, whatever stands there", () => {
    const lengths = [4, 2];
    const mask = bools([Array.from({ length: S }, (_, s) => lengths.map((n) => s < n))]);
    const spoiled = Float64Array.from(values.data, (x, i) =>
      i >= 2 * B * V && i % (B * V) >= V ? 1e300 : x,
    );
    const { weights, context } = readMasked(
      scores,
      tensor(spoiled, { dtype: "f64", shape: [S, B, V] }),
      mask,
    );
    const expected = plain((_, s, b) => s < lengths[b]!);
    expect(distance(weights.data, expected.weights)).toBeLessThan(1e-15);
    expect(distance(context.data, expected.context)).toBeLessThan(1e-14);
  });

  test("of a row that is masked whole is zeros, with a gradient of zeros", () => {
    const mask = bools([Array.from({ length: S }, () => [true, false])]);
    const run = compile((z: Value, v: Value, mask: Value, dy: Value) => {
      const { context, weights } = attend(z, v, mask);
      return { context, weights, d: gradient(sum(mul(context, dy)), { z, v }) };
    });
    const { context, weights, d } = run(scores, values, mask, numbers([T, B, V], "dy"));
    const second = (x: Tensor, width: number): number[] =>
      [...x.data].filter((_, i) => Math.floor(i / width) % B === 1);
    for (const zeros of [second(context, V), second(weights, 1), second(d.z, 1), second(d.v, V)]) {
      expect(new Set(zeros.map((x) => x + 0))).toEqual(new Set([0]));
    }
    expect(context.data.every(Number.isFinite)).toBe(true);
  });

  test("has a gradient, which is that of differences", () => {
    const mask = bools([
      [
        [true, true],
        [false, true],
        [true, false],
        [true, true],
      ],
    ]);
    checkGradient((z: Value, v: Value, mask: Value) => attend(z, v, mask), [scores, values, mask], {
      order: 2,
    });
  });

  test("refuses a mask of another rank: it would fall along the wrong axis whenever sizes agree", () => {
    const mask = input({ dtype: "bool", shape: [S, B] }, "mask");
    const [z, v] = [input(scores.type, "scores"), input(values.type, "values")];
    expect(() => attend(z, v, mask)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: where: the condition mask bool[4, 2] has rank 2, the choice scores f64[3, 4, 2] rank 3.
      Give it the rank of what it selects, with unsqueeze or reshape.]
    `);
    expect(attend(z, v, unsqueeze(mask, 0)).context.shape).toEqual([T, B, V]);
  });

  test("refuses values of another memory", () => {
    const v = input({ dtype: "f64", shape: [S + 1, B, V] }, "values");
    const z = input(scores.type, "scores");
    expect(() => attend(z, v)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: attend: scores f64[3, 4, 2] and values f64[5, 2, 5] are not of one memory.
      Scores are [S, B] or [T, S, B], values [S, B, V].]
    `);
    expect(() => attend(unsqueeze(z, 0), v)).toThrow("are not of one memory");
  });
});

describe("masks", () => {
  test("of padding hold up to each length", () => {
    const mask = compile((lengths: Value) => paddingMask(lengths, 3))(tensor([3, 0, 1], { dtype: "i32" }));
    expect([mask.type.dtype, mask.shape]).toEqual(["bool", [3, 3]]);
    expect([...mask.data]).toEqual([1, 0, 1, 1, 0, 0, 1, 0, 0]);
  });

  test("of the future hold up to each step, and together with those of padding where both do", () => {
    const run = compile((z: Value, v: Value, lengths: Value) => [
      attend(z, v, causalMask(3)),
      attend(z, v, and(causalMask(3), unsqueeze(paddingMask(lengths, 3), 0))),
    ]);
    const [causal, both] = run(
      numbers([3, 3, 1], "z"),
      numbers([3, 1, 2], "v"),
      tensor([2], { dtype: "i32" }),
    );
    const isRead = ({ weights }: { readonly weights: Tensor }): boolean[] =>
      Array.from(weights.data, (one) => one > 0);
    expect(isRead(causal!)).toEqual([true, false, false, true, true, false, true, true, true]);
    expect(isRead(both!)).toEqual([true, false, false, true, true, false, true, true, false]);
  });
});
