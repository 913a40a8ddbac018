import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  matmul,
  mul,
  relu,
  tanh,
  tensor,
  variance,
  type Init,
  type Tensor,
  type Value,
  type Values,
} from "@unroll/core";
import { numbers } from "../../test/numbers.ts";
import { expectSame } from "../../test/trees.ts";
import {
  filled,
  init,
  initialState,
  linear,
  lsuv,
  normal,
  orthogonal,
  param,
  paramsOf,
  rnn,
  uniform,
  unroll,
  type LsuvLayer,
} from "../index.ts";

const f64 = { dtype: "f64" } as const;
/** Weights that are far too large, and biases that matter. */
const wide = {
  init: ((shape, random) => (shape.length === 2 ? normal(3) : uniform(0.3))(shape, random)) as Init,
};
const model = { first: linear(5, 20, wide), second: linear(20, 20, wide), third: linear(20, 4, wide) };
const spec = paramsOf(model);
type P = Values<typeof spec>;

function layers(p: P, { x }: { readonly x: Value }): readonly LsuvLayer[] {
  const a = model.first.apply(p.first, x);
  const b = model.second.apply(p.second, relu(a));
  return [
    [["first.w"], a],
    [["second.w"], b],
    [["third.w"], model.third.apply(p.third, relu(b))],
  ];
}
const batch = { x: numbers([200, 5], "x", 10) };
const params = init(spec, 1, f64);

/** The variance of every output, computed here. */
function variances(p: typeof params): number[] {
  const outputs = compile((p: P, b: { x: Value }) => layers(p, b).map(([, output]) => output))(p, batch);
  return outputs.map(({ data }) => {
    const zs = Array.from(data);
    const mean = zs.reduce((sum, z) => sum + z, 0) / zs.length;
    return zs.reduce((sum, z) => sum + (z - mean) ** 2, 0) / zs.length;
  });
}

test("every output has the variance 1, as near as is asked for", () => {
  expect(Math.min(...variances(params))).toBeGreaterThan(100);
  for (const v of variances(lsuv(params, batch, layers))) expect(Math.abs(v - 1)).toBeLessThanOrEqual(0.1);
  const near = lsuv(params, batch, layers, { tolerance: 1e-6, iterations: 30 });
  for (const v of variances(near)) expect(Math.abs(v - 1)).toBeLessThanOrEqual(1e-6);
});

test("weights are multiples of what they were, and nothing else is touched", () => {
  const before = params.second.w.data.slice();
  const after = lsuv(params, batch, layers);
  expect(params.second.w.data).toEqual(before);
  const ratios = Array.from(after.second.w.data, (w, i) => w / before[i]!);
  for (const ratio of ratios) expect(ratio).toBeCloseTo(ratios[0]!, 12);
  expectSame(after.first.b, params.first.b);
});

test("a layer without a bias needs one scaling, by the deviation of its output", () => {
  const x = numbers([50, 5], "x");
  const { w } = lsuv({ w: numbers([5, 3], "w") }, { x }, ({ w }, { x }) => [[["w"], matmul(x, w)]]);
  const v = compile((w: Value, x: Value) => variance(matmul(x, w)))(numbers([5, 3], "w"), x).data[0]!;
  w.data.forEach((one, i) => expect(one).toBeCloseTo(numbers([5, 3], "w").data[i]! / Math.sqrt(v), 14));
});

test("weights that make one output together are scaled alike", () => {
  const both = { u: numbers([5, 3], "u"), w: numbers([5, 3], "w") };
  const x = numbers([50, 5], "x");
  const f = ({ u, w }: { u: Value; w: Value }, x: Value): Value => add(matmul(x, u), matmul(mul(x, x), w));
  const after = lsuv(both, { x }, (p, { x }) => [[["u", "w"], f(p, x)]]);
  expect(after.u.data[0]! / both.u.data[0]!).toBeCloseTo(after.w.data[0]! / both.w.data[0]!, 12);
});

test("the output of a recurrent layer is that of all steps", () => {
  const cell = rnn(3, 8, { init: normal(20), recurrentInit: orthogonal(), activation: (x) => x });
  type P = Values<typeof cell.params>;
  const data = { xs: numbers([4, 30, 3], "xs") };
  const outputs = (p: P, { xs }: { readonly xs: Value }): Value =>
    unroll(cell, p, initialState(cell.state, { batch: 30, ...f64 }), xs)[1];
  const before = init(cell.params, 1, f64);
  const after = lsuv(before, data, (p, b) => [[["wx"], outputs(p, b)]]);
  const v = compile((p: P, b: { xs: Value }) => variance(outputs(p, b)))(after, data);
  expect(v.data[0]!).toBeCloseTo(1, 12);
  expectSame(after.wh, before.wh);
});

test("f32 stays f32", () => {
  const one = {
    w: tensor([
      [3, 1],
      [1, -2],
    ]),
  };
  const { w } = lsuv(
    one,
    {
      x: tensor([
        [1, 2],
        [3, -4],
      ]),
    },
    ({ w }, { x }) => [[["w"], matmul(x, w)]],
  );
  expect(w.type.dtype).toBe("f32");
});

describe("errors", () => {
  const scalar = { w: tensor([[2]], f64) };
  const run = (x: Tensor, f: (w: Value, x: Value) => Value, path = "w"): unknown =>
    lsuv(scalar, { x }, ({ w }, { x }) => [[[path], f(w, x)]]);

  test("an output that can't have the variance 1", () => {
    const x = tensor([[1], [-1], [0.5]], f64);
    expect(() => run(x, (w, x) => mul(0.1, tanh(matmul(x, w))))).toThrow(
      /lsuv: the output of w has the variance 0\.00\d+ after 10 iterations\./,
    );
  });

  test("an output that is the same everywhere", () => {
    expect(() => run(tensor([[1], [1]], f64), matmulOf)).toThrowErrorMatchingInlineSnapshot(`
      [UnrollError: lsuv: the output of w has the variance 0 after 0 iterations.
      List the output before its activation, and give a batch in which it differs.]
    `);
  });

  test("a path that there is not", () => {
    expect(() => run(tensor([[1], [3]], f64), matmulOf, "v")).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: lsuv: there is no v among the parameters.]`,
    );
  });
});

const matmulOf = (w: Value, x: Value): Value => add(matmul(x, w), 0);

test("specs are no weights", () => {
  const spec = { w: param([1, 1], filled(1)) };
  // @ts-expect-error a spec; make values of it with init
  expect(() => lsuv(spec, batch, () => [])).toThrow();
});
