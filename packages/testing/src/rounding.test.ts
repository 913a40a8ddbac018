import { exp, fromArray, graph, input, matmul, reference, softplus, sub, sum, tensor } from "@unroll/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryGraph } from "./arbitrary-graph.ts";
import { uniformNumbers } from "./random.ts";
import { roundedResults } from "./rounding.ts";
import { load } from "./trace.ts";

const engine = reference();
const random = uniformNumbers(3);

const vector = (length: number) =>
  fromArray(
    { dtype: "f32", shape: [length] },
    Float32Array.from({ length }, () => random() - 0.5),
  );

describe("roundedResults", () => {
  test("bounds the error of sums that cancel by the size of their terms", () => {
    const x = input({ dtype: "f32", shape: [1000] });
    const closed = graph([x], [sum(x)]);
    for (let i = 0; i < 10; i++) {
      const point = [vector(1000)];
      const { exact, bounds } = roundedResults(closed, point, engine);
      const [total] = load(closed, engine).run(point);
      const error = Math.abs(total!.data[0]! - exact[0]!.data[0]!);
      expect(error).toBeLessThanOrEqual(bounds[0]!);
      // A thousand terms of 1/4 on average, each off by a thousand roundings at most.
      expect(bounds[0]).toBeLessThan(4 * 1000 * 2 ** -24 * 250);
    }
  });

  test("sees what a function does to the errors before it", () => {
    const x = input({ dtype: "f32", shape: [1, 8] });
    const y = input({ dtype: "f32", shape: [8, 1] });
    const closed = graph([x, y], [exp(sub(matmul(x, y), 2))]);
    const [a, b] = [vector(8), vector(8)];
    const point = [tensor(a.data, { shape: [1, 8] }), tensor(b.data, { shape: [8, 1] })];
    const { exact, bounds } = roundedResults(closed, point, engine);
    // Twenty-odd roundings at most of numbers up to 2, and one exponential.
    expect(bounds[0]! / exact[0]!.data[0]!).toBeLessThan(4 * 64 * 2 ** -24);
    expect(bounds[0]! / exact[0]!.data[0]!).toBeGreaterThan(2 ** -24);
  });

  test("knows that a result is rounded, also one whose operand is 0 and can't be off", () => {
    const x = input({ dtype: "f32", shape: [1] });
    const closed = graph([x], [softplus(x)]);
    const { exact, bounds } = roundedResults(closed, [tensor([0])], engine);
    expect(exact[0]!.data[0]).toBe(Math.LN2);
    expect(Math.abs(Math.fround(Math.LN2) - Math.LN2)).toBeGreaterThan(0);
    expect(bounds[0]).toBe(8 * 2 ** -24 * Math.LN2);
  });

  test("is tight enough for arbitrary graphs that one digit in a thousand shows", () => {
    const shares = fc
      .sample(arbitraryGraph({ dtype: "f32" }), { numRuns: 40, seed: 5 })
      .map(({ graph: closed, inputs }) => {
        const { exact, bounds } = roundedResults(closed, inputs, engine);
        return bounds[0]! / Math.abs(exact[0]!.data[0]!);
      });
    expect(shares.filter((share) => share < 1e-3).length).toBeGreaterThan(37);
  });
});
