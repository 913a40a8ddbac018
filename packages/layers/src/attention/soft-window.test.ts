import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { compile, scan, tensor, type Value, type Values } from "@unroll/core";
import { distance, matrix, nested, numbers } from "../../test/numbers.ts";
import { filled, init, initialState, softWindow } from "../index.ts";

const [T, S, B, I, K, V] = [4, 5, 2, 3, 2, 6];
const window = softWindow(I, K);
type P = Values<typeof window.params>;
const params = { w: numbers([I, 3 * K], "w", 0.5), b: numbers([3 * K], "b", 0.5) };
const hs = numbers([T, B, I], "hs");
const text = numbers([S, B, V], "text");

const reading = (p: P, hs: Value, text: Value, mask?: Value) =>
  scan(
    (s, h: Value) => {
      const [next, read] = window.read(p, s, h, text, mask);
      return [next, { ...read, kappa: next.kappa }];
    },
    initialState(window.state, { batch: B, dtype: "f64" }),
    hs,
  )[1];

describe("softWindow", () => {
  test("is a mixture of bells around centres that move on", () => {
    const { context, weights, kappa } = compile((p: P, hs: Value, text: Value) => reading(p, hs, text))(
      params,
      hs,
      text,
    );
    const [h, c, w] = [nested(hs) as number[][][], nested(text) as number[][][], matrix(params.w)];
    const centres = [0, 1].map(() => [0, 0]);
    const [phis, contexts, kappas]: number[][] = [[], [], []];
    for (const step of h) {
      const phi = step.map((row, b) => {
        const out = (column: number): number =>
          Math.exp(row.reduce((sum, x, i) => sum + x * w[i]![column]!, params.b.data[column]!));
        for (let k = 0; k < K; k++) centres[b]![k]! += out(2 * K + k);
        return Array.from({ length: S }, (_, u) => {
          let sum = 0;
          for (let k = 0; k < K; k++) sum += out(k) * Math.exp(-out(K + k) * (centres[b]![k]! - u) ** 2);
          return sum;
        });
      });
      for (let u = 0; u < S; u++) phis!.push(...phi.map((row) => row[u]!));
      phi.forEach((row, b) => {
        for (let i = 0; i < V; i++) contexts!.push(row.reduce((sum, x, u) => sum + x * c[u]![b]![i]!, 0));
      });
      kappas!.push(...centres.flat());
    }
    expect([weights.shape, context.shape]).toEqual([
      [T, S, B],
      [T, B, V],
    ]);
    expect(distance(kappa.data, kappas!)).toBeLessThan(1e-13);
    expect(distance(weights.data, phis!)).toBeLessThan(1e-13);
    expect(distance(context.data, contexts!)).toBeLessThan(1e-12);
  });

  test("moves forwards whatever it is told, and at first by one entry", () => {
    const { kappa } = compile((p: P, hs: Value, text: Value) => reading(p, hs, text))(params, hs, text);
    const steps = nested(kappa) as number[][][];
    steps
      .slice(1)
      .forEach((now, t) =>
        now.forEach((row, b) => row.forEach((x, k) => expect(x).toBeGreaterThan(steps[t]![b]![k]!))),
      );
    const still = softWindow(I, K, { init: filled(0) });
    const first = compile((p: P, hs: Value, text: Value) => reading(p, hs, text).kappa);
    expect([...first(init(still.params, 1, { dtype: "f64" }), hs, text).data]).toEqual(
      [1, 2, 3, 4].flatMap((t) => [t, t, t, t]),
    );
  });

  test("reads nothing where the mask does not hold", () => {
    const mask = tensor(Array.from({ length: S }, (_, s) => [true, s < 2]) as never, { dtype: "bool" });
    const { weights } = compile((p: P, hs: Value, text: Value, mask: Value) => reading(p, hs, text, mask))(
      params,
      hs,
      text,
      mask,
    );
    const all = compile((p: P, hs: Value, text: Value) => reading(p, hs, text))(params, hs, text).weights;
    const isHidden = (i: number): boolean => i % B === 1 && Math.floor(i / B) % S >= 2;
    expect([...weights.data]).toEqual([...all.data].map((x, i) => (isHidden(i) ? 0 : x)));
  });

  test("has a gradient, which is that of differences", () => {
    checkGradient((p: P, hs: Value, text: Value) => reading(p, hs, text), [params, hs, text], { order: 2 });
  });

  test("refuses sizes that are none", () => {
    expect(() => softWindow(0, 2)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: softWindow: inputs is 0.
      Sizes are whole numbers from 1 on.]
    `);
    expect(() => softWindow(2, 0)).toThrow("components is 0");
  });
});
