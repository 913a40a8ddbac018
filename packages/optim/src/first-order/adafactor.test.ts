import { flatten, tensor } from "@unroll/core";
import { expect, test } from "vitest";
import { f64, follow, numbers } from "../../test/train.ts";
import { adafactor } from "./adafactor.ts";

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
const rms = (xs: readonly number[]): number => Math.sqrt(mean(xs.map((x) => x * x)));

/** Algorithm 4 of the paper, and 5 for matrices, with sums of rows and columns, on numbers. */
function adafactorOnNumbers(start: readonly (readonly number[])[], isFactored: boolean) {
  const [rows, columns] = [start.length, start[0]!.length];
  const x = start.flat();
  let v = x.map(() => 0);
  let [r, c] = [Array<number>(rows).fill(0), Array<number>(columns).fill(0)];
  return (g: readonly number[], t: number): readonly number[] => {
    const beta = 1 - t ** -0.8;
    const squares = g.map((n) => n * n + 1e-30);
    v = v.map((n, k) => beta * n + (1 - beta) * squares[k]!);
    r = r.map(
      (n, i) => beta * n + (1 - beta) * squares.slice(i * columns, (i + 1) * columns).reduce((a, b) => a + b),
    );
    c = c.map(
      (n, j) => beta * n + (1 - beta) * squares.filter((_, k) => k % columns === j).reduce((a, b) => a + b),
    );
    const total = r.reduce((a, b) => a + b);
    const estimate = v.map((n, k) =>
      isFactored ? (r[Math.floor(k / columns)]! * c[k % columns]!) / total : n,
    );
    const u = g.map((n, k) => n / Math.sqrt(estimate[k]!));
    const alpha = Math.max(1e-3, rms(x)) * Math.min(1e-2, 1 / Math.sqrt(t));
    const clip = Math.max(1, rms(u));
    u.forEach((n, k) => (x[k]! -= (alpha * n) / clip));
    return x;
  };
}

const gradient = (t: number): number[][] => [
  [1, -2 * t, 0.5],
  [t * t, 3, -0.01],
];

test("steps equal the paper's algorithms on numbers, factored and whole", () => {
  const start = [
    [1, 2, 3],
    [-4, 5, 0],
  ];
  const params = { w: f64(start), b: f64(start.flat()) };
  const grads = Array.from({ length: 20 }, (_, i) => ({
    w: f64(gradient(i + 1)),
    b: f64(gradient(i + 1).flat()),
  }));
  const [factored, whole] = [adafactorOnNumbers(start, true), adafactorOnNumbers(start, false)];
  follow(adafactor(), params, grads).forEach(({ params: at }, i) => {
    const g = gradient(i + 1).flat();
    const [w, b] = [factored(g, i + 1), whole(g, i + 1)];
    numbers(at["w"]).forEach((n, k) => expect(n).toBeCloseTo(w[k]!, 12));
    numbers(at["b"]).forEach((n, k) => expect(n).toBeCloseTo(b[k]!, 12));
  });
});

test("of a matrix it remembers a number per row and one per column", () => {
  const memory = adafactor().init({
    w: tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]),
    b: tensor([1]),
  });
  expect(
    flatten(memory).map(({ path, leaf }) => [path, (leaf as typeof memory.step & object).shape]),
  ).toEqual([
    ["columns.w", [3]],
    ["meanSquare.b", [1]],
    ["rows.w", [2]],
    ["step", []],
  ]);
});

test("zeros for gradients move nothing, in f32 too", () => {
  const params = { w: tensor([[1, 2]]), b: tensor([3]) };
  const zeros = { w: tensor([[0, 0]]), b: tensor([0]) };
  expect(numbers(follow(adafactor(), params, [zeros])[0]!.params)).toEqual([3, 1, 2]);
});

test("options out of range are refused by name", () => {
  expect(() => adafactor({ clip: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: adafactor: clip: 0 is not in (0, Infinity].]`,
  );
});
