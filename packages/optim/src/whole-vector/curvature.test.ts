import {
  compile,
  full,
  gradient,
  matmul,
  mean,
  ravel,
  scan,
  square,
  sub,
  tanh,
  tensor,
  type Tensor,
  type Value,
} from "@unroll/core";
import { describe, expect, test } from "vitest";
import { f64 } from "../../test/train.ts";
import { gaussNewtonProduct, hessianProduct } from "./curvature.ts";
import { hessianFree } from "./hessian-free.ts";
import { overTree } from "./over-tree.ts";

interface Params {
  readonly wx: Value;
  readonly wh: Value;
}
interface Numbers {
  readonly wx: Tensor;
  readonly wh: Tensor;
}
const model = (p: Params, xs: Value): Value =>
  scan(
    (h: Value, x: Value) => {
      const n = tanh(sub(matmul(x, p.wx), matmul(h, p.wh)));
      return [n, n];
    },
    full(0, { dtype: xs.type.dtype, shape: [xs.shape[1]!, p.wh.shape[0]!] }),
    xs,
  )[1];

const wave = (count: number, phase: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(3 * i + phase));
const xs = tensor(wave(4 * 3 * 2, 0), { shape: [4, 3, 2] });
const target = tensor(wave(4 * 3 * 5, 1), { shape: [4, 3, 5] });
const params: Numbers = {
  wx: tensor(wave(10, 2), { shape: [2, 5] }),
  wh: tensor(wave(25, 3), { shape: [5, 5] }),
};
const v: Numbers = { wx: tensor(wave(10, 4), { shape: [2, 5] }), wh: tensor(wave(25, 5), { shape: [5, 5] }) };
const lossOf = (p: Params, x: Value, y: Value): Value => mean(square(sub(model(p, x), y)));

describe("on a recurrent network", () => {
  const backward = compile((p: Params, x: Value, y: Value) => {
    const loss = lossOf(p, x, y);
    return { loss, grads: gradient(loss, p) };
  });
  const outputs = compile((p: Params, x: Value) => model(p, x));

  test("hessianProduct is the difference of gradients", () => {
    const product = compile((p: Params, d: Params, x: Value, y: Value) =>
      hessianProduct(lossOf(p, x, y), p, d),
    );
    const found = ravel(product(params, v, xs, target)).vector;
    const { vector, unravel } = ravel(params);
    const d = ravel(v).vector;
    const at = (t: number) =>
      ravel(backward(unravel(vector.map((n, i) => n + t * d[i]!)), xs, target).grads).vector;
    const [after, before] = [at(1e-5), at(-1e-5)];
    found.forEach((n, i) => expect(n).toBeCloseTo((after[i]! - before[i]!) / 2e-5, 8));
  });

  test("gaussNewtonProduct is J^T 2 / n J v, by differences of the outputs", () => {
    const product = compile((p: Params, d: Params, x: Value) => {
      const z = model(p, x);
      // The target has no part in the Hessian of squared errors.
      return gaussNewtonProduct(mean(square(z)), z, p, d);
    });
    const found = ravel(product(params, v, xs)).vector;
    const { vector, unravel } = ravel(params);
    const derivative = (d: Float64Array): number[] => {
      const at = (t: number) => outputs(unravel(vector.map((n, i) => n + t * d[i]!)), xs).data;
      const [after, before] = [at(1e-5), at(-1e-5)];
      return Array.from(after, (n, i) => (n - before[i]!) / 2e-5);
    };
    const jv = derivative(ravel(v).vector);
    found.forEach((n, i) => {
      const column = derivative(vector.map((_, k) => (k === i ? 1 : 0)));
      const expected = column.reduce((total, c, k) => total + (2 / jv.length) * c * jv[k]!, 0);
      expect(n).toBeCloseTo(expected, 8);
    });
  });

  test("hessianFree with these products fits a teacher's outputs", () => {
    const taught = outputs(v, xs);
    const product = compile((p: Params, d: Params, x: Value) => {
      const z = model(p, x);
      // The target has no part in the Hessian of squared errors.
      return gaussNewtonProduct(mean(square(z)), z, p, d);
    });
    const { objective, start, unravel } = overTree((p: Numbers) => backward(p, xs, taught), params);
    const curved = (x: Float64Array, d: Float64Array) => ravel(product(unravel(x), unravel(d), xs)).vector;
    const first = objective(start).f;
    const { f, iteration, reason } = hessianFree(objective, curved, start, { iterations: 50 });
    expect(first).toBeGreaterThan(0.1);
    expect([reason, f < 1e-8]).toEqual(["gradient", true]);
    // Measured: 46 steps, from 1.04 to 6e-10; after 20 it is at 1e-3, so the end is faster than linear.
    expect(iteration).toBeLessThanOrEqual(48);
  });
});

test("a quadratic is done in a step when nothing is damped", () => {
  const curvature = f64([1, 10, 100]).data;
  const objective = (x: Float64Array) => ({
    f: x.reduce((total, n, i) => total + 0.5 * curvature[i]! * n * n, 0),
    g: x.map((n, i) => curvature[i]! * n),
  });
  const product = (_: Float64Array, d: Float64Array) => d.map((n, i) => curvature[i]! * n);
  const { x, reason, iteration } = hessianFree(objective, product, Float64Array.from([1, 1, 1]), {
    damping: 0,
  });
  expect([reason, iteration]).toEqual(["gradient", 1]);
  x.forEach((n) => expect(Math.abs(n)).toBeLessThan(1e-10));
});

test("curvature that is not finite ends in damped descent, not in NaN", () => {
  const objective = (x: Float64Array) => ({ f: x[0]! ** 2, g: Float64Array.from([2 * x[0]!]) });
  const { x, f } = hessianFree(objective, (_, d) => d.map(() => NaN), Float64Array.from([1]), {
    iterations: 30,
  });
  expect([...x, f].every(Number.isFinite)).toBe(true);
});
