import { compile, constant, gradient, sum, tensor, type Value } from "@unroll/core";
import { describe, expect, test } from "vitest";
import { f64, follow, numbers } from "../../test/train.ts";
import { clipNorm, clipValue } from "./clip.ts";
import type { Transform } from "../transform.ts";

const clipped = (transform: Transform, grads: Parameters<typeof follow>[1]): number[] =>
  numbers(follow(transform, grads, [grads])[0]!.updates);

describe("clipValue", () => {
  test("elements beyond the limit are brought to it", () => {
    expect(clipped(clipValue(5), { a: f64([-7, -5, 0, 4.5, 9]), b: f64([Infinity]) })).toEqual([
      -5, -5, 0, 4.5, 5, 5,
    ]);
  });

  test("NaN stays, so that nobody trains on without noticing", () => {
    expect(clipped(clipValue(5), { a: f64([NaN]) })).toEqual([NaN]);
  });
});

describe("clipNorm", () => {
  test("all leaves are scaled by the same number", () => {
    const grads = { a: f64([6]), b: { c: f64([[0, 8]]) } };
    expect(clipped(clipNorm(5), grads)).toEqual([3, 0, 4]);
  });

  test("within the limit nothing changes, to the bit", () => {
    expect(clipped(clipNorm(5), { a: f64([3]), b: f64([-4]) })).toEqual([3, -4]);
    expect(clipped(clipNorm(5), { a: tensor([0.1, 1e-30]) })).toEqual([0.1, 1e-30].map(Math.fround));
  });

  test("zeros stay zeros, and have a derivative", () => {
    expect(clipped(clipNorm(5), { a: f64([0, 0]) })).toEqual([0, 0]);
    const slope = compile((x: Value) => gradient(sum(clipNorm(5).update(x, {}, x)[0]), x));
    expect([...slope(f64([0, 0])).data]).toEqual([1, 1]);
  });

  test("NaN stays", () => {
    expect(clipped(clipNorm(5), { a: f64([NaN, 1]) })).toEqual([NaN, 1]);
  });
});

test("neither remembers anything", () => {
  expect(clipNorm(1).init({ x: f64(0) })).toEqual({});
  const x = constant(f64(0));
  expect(() => clipValue(1).update({ x }, { step: x }, { x })).toThrowErrorMatchingInlineSnapshot(`
    [TreeError: clipValue: memory is { step } and should be {}.
    A transform is given the memory that its init made, or that its last update returned.]
  `);
});

test("limits that are none are refused", () => {
  expect(() => clipValue(0)).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: clipValue: limit: 0 is not in (0, Infinity].]`,
  );
  expect(() => clipNorm(-1)).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: clipNorm: limit: -1 is not in (0, Infinity].]`,
  );
  expect(() => clipNorm(NaN)).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: clipNorm: limit: NaN is not in (0, Infinity].]`,
  );
});
