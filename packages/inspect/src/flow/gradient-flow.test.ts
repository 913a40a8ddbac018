import {
  add,
  full,
  gradient,
  label,
  mul,
  reference,
  scan,
  square,
  sum,
  take,
  tensor,
  type Value,
} from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import { describe, expect, test } from "vitest";
import {
  drawFlowInTraining,
  drawFlowThroughTime,
  drawHistograms,
  drawUpdateRatios,
  gradientFlow,
  updateRatios,
} from "../index.ts";

interface Params {
  readonly w: Value;
  readonly b: Value;
}

/** s' = w s + b + x, two units that know nothing of each other; L = |s_T|^2 / 2. */
function loss({ w, b }: Params, xs: Value): Value {
  const [last] = scan(
    (s: Value, x: Value) => {
      const { z } = label({ z: mul(w, s) });
      return [label({ s: add(z, b, x) }).s, undefined];
    },
    full(0, { dtype: "f64", shape: [2] }),
    xs,
  );
  return mul(0.5, sum(square(label({ last }).last)));
}

const f64 = { dtype: "f64" } as const;
const params = { w: tensor([2, 0.5], f64), b: tensor([1, -1], f64) };
const xs = tensor(
  [
    [1, 2],
    [0, 1],
    [3, -2],
  ],
  f64,
);

/** The same in plain numbers, for one unit: states, and the gradients by all. */
function unit(w: number, b: number, x: readonly number[]) {
  const s = [0];
  for (const one of x) s.push(w * s.at(-1)! + b + one);
  const ds = x.map((_, t) => s.at(-1)! * w ** (x.length - 1 - t));
  const total = (f: (t: number) => number): number => x.reduce((sum, _, t) => sum + f(t), 0);
  return {
    s: s.slice(1),
    z: s.slice(0, -1).map((one) => w * one),
    ds,
    dw: total((t) => ds[t]! * s[t]!),
    db: total((t) => ds[t]!),
  };
}
const units = [unit(2, 1, [1, 0, 3]), unit(0.5, -1, [2, 1, -2])];
const across = (f: (one: (typeof units)[number]) => number): number => Math.hypot(...units.map(f));
const perStep = (f: (one: (typeof units)[number]) => readonly number[]): readonly number[] =>
  [0, 1, 2].map((t) => across((one) => f(one)[t]!));

const expectClose = (numbers: readonly number[], wanted: readonly number[]): void => {
  expect(numbers).toHaveLength(wanted.length);
  numbers.forEach((x, i) => expect(x / wanted[i]!).toBeCloseTo(1, 13));
};

describe.each([reference(), wasm()])("the flow of a gradient, on $name", (engine) => {
  const flow = gradientFlow(loss, { engine, bins: 4 });
  const found = flow(params, xs);

  test("labelled values have their norms and those of their gradients at every step", () => {
    expect(found.nodes.map(({ name }) => name)).toEqual(["z", "s", "last"]);
    const [z, s, last] = found.nodes;
    expectClose(
      s!.norms,
      perStep((one) => one.s),
    );
    expectClose(
      s!.gradientNorms,
      perStep((one) => one.ds),
    );
    expectClose(z!.norms.slice(1), perStep((one) => one.z).slice(1));
    // s is z and a sum, so their gradients are the same.
    expectClose(
      z!.gradientNorms,
      perStep((one) => one.ds),
    );
    expectClose(last!.gradientNorms, [across((one) => one.s[2]!)]);
    expectClose([s!.norm], [Math.hypot(...perStep((one) => one.s))]);
  });

  test("parameters have theirs, and the loss is that of the function", () => {
    expect(found.parameters.map(({ name }) => name)).toEqual(["b", "w"]);
    expectClose(
      found.parameters.map(({ gradientNorm }) => gradientNorm),
      [across((one) => one.db), across((one) => one.dw)],
    );
    expectClose(
      found.parameters.map(({ norm }) => norm),
      [Math.SQRT2, Math.hypot(2, 0.5)],
    );
    expectClose([found.loss], [across((one) => one.s[2]!) ** 2 / 2]);
  });

  test("histograms count all numbers", () => {
    for (const { histogram, gradientHistogram, norms } of found.nodes)
      for (const { counts } of [histogram, gradientHistogram])
        expect(counts.reduce((a, b) => a + b)).toBe(2 * norms.length);
  });

  test("other lengths are programs of their own", () => {
    expect(flow(params, tensor([[1, 2]], f64)).nodes[1]!.norms).toHaveLength(1);
    expect(flow(params, xs).nodes[1]!.norms).toHaveLength(3);
  });
});

test("values of one label are numbered, and each has its own gradient", () => {
  const twice = (p: Value): Value => {
    const { h } = label({ h: mul(2, p) });
    return sum(label({ h: mul(h, h) }).h);
  };
  const { nodes } = gradientFlow(twice)(tensor([3], f64));
  expect(nodes.map(({ name, norm, gradientNorm }) => [name, norm, gradientNorm])).toEqual([
    ["h[0]", 6, 12],
    ["h[1]", 36, 1],
  ]);
});

test("a loss that holds a gradient has one node for what its derivative runs again", () => {
  // s2 = s1 x2 with s1 = x1; its gradient by x is (x2, s1), whose square by s1 is 2 s1, and by s2 is nothing.
  const penalty = (x: Value): Value => {
    const step = (s: Value, y: Value): [Value, undefined] => [label({ s: mul(s, y) }).s, undefined];
    return sum(square(gradient(scan(step, full(1, { dtype: "f64", shape: [] }), x)[0], x)));
  };
  const { nodes } = gradientFlow(penalty)(tensor([3, 5], f64));
  expect(nodes.map(({ name, norms, gradientNorms }) => [name, norms, gradientNorms])).toEqual([
    ["s", [3, 15], [6, 0]],
  ]);
});

test("a label behind which no gradient passes has none, and integers are no nodes", () => {
  const f = (p: Value, i: Value): Value => sum(label({ row: take(p, i) }).row);
  const { nodes, parameters } = gradientFlow(f)(tensor([1, 2, 3], f64), tensor([2], { dtype: "i32" }));
  expect(nodes.map(({ name, gradientNorm }) => [name, gradientNorm])).toEqual([["row", 1]]);
  expect(parameters.map(({ name }) => name)).toEqual(["params"]);
});

test("the ratio of update to weight is that of their norms", () => {
  const before = { a: tensor([3, 4]), b: [tensor([1])] };
  const after = { a: tensor([3, 4.5]), b: [tensor([0])] };
  expect(updateRatios(before, after)).toEqual([
    { path: "a", norm: 5, updateNorm: 0.5, ratio: 0.1 },
    { path: "b[0]", norm: 1, updateNorm: 1, ratio: 1 },
  ]);
  expect(() => updateRatios({ a: tensor(1) }, {} as never)).toThrow(/updateRatios: after is .* a is missing/);
});

/** The points of each curve of a picture. */
const curves = (svg: string): readonly number[] =>
  [...svg.matchAll(/<path [^>]*?d="(M[^"]+)"/g)]
    .map(([, d]) => d!.split(/[ML]/).filter(Boolean).length)
    .filter((points) => points > 2);

test("pictures have a curve for each name, and histograms a row", () => {
  const found = gradientFlow(loss, { bins: 4 })(params, xs);
  const throughTime = drawFlowThroughTime(found);
  // What has one step only is no curve.
  expect(curves(throughTime)).toEqual([3, 3]);
  expect(throughTime).not.toContain(">last<");
  const training = drawFlowInTraining([0, 1, 2, 3].map((step) => ({ step, flow: found })));
  expect(curves(training)).toEqual([4, 4]);
  const values = drawFlowInTraining(
    [0, 1, 2].map((step) => ({ step, flow: found })),
    { of: "nodes" },
  );
  expect(curves(values)).toEqual([3, 3, 3]);
  const ratios = [0, 1, 2].map((step) => ({
    step,
    ratios: [{ path: "w", norm: 1, updateNorm: 1, ratio: 1 / (step + 1) }],
  }));
  expect(curves(drawUpdateRatios(ratios))).toEqual([3]);
  const histograms = drawHistograms(found, { title: "a < b" });
  expect(histograms).toContain("a &lt; b");
  for (const { name } of found.nodes) expect(histograms).toContain(`>${name}<`);
  const full = found.nodes.flatMap(({ histogram, gradientHistogram }) => [
    ...histogram.counts,
    ...gradientHistogram.counts,
  ]);
  expect(histograms.match(/<rect /g)).toHaveLength(full.length);
  for (const svg of [throughTime, training, histograms]) {
    expect(svg).toMatch(/^<svg [^]*<\/svg>$/);
    expect(svg).not.toContain("NaN");
  }
});
