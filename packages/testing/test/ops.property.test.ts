/** The standing properties of every op, by its row of samples; that of its values is in the suite for engines. */
import {
  customGradient,
  DTypeError,
  formatType,
  fromArray,
  graph,
  input,
  jvp,
  mul,
  pullback,
  reference,
  ShapeError,
  type DType,
  type Graph,
  type Tensor,
} from "@unroll/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkGraphGradient, GradientMismatchError } from "../src/check-gradient.ts";
import { finest, measureNoise } from "../src/difference.ts";
import { DirectionalDerivative } from "../src/directional-derivative.ts";
import { samples } from "../src/samples/index.ts";
import { expectedOf, graphOf, type Case, type Sample } from "../src/samples/sample.ts";
import { load } from "../src/trace.ts";
import { widen } from "../src/widen.ts";

const engine = reference();
const rows = Object.entries<Sample>(samples);
const differentiable = rows.filter(([, { order }]) => order > 0);
const everything: readonly DType[] = ["f32", "f64", "i32", "bool"];
const epsilon = 2 ** -52;

const isFloat = ({ type }: { readonly type: Tensor["type"] }): boolean =>
  type.dtype === "f32" || type.dtype === "f64";

/** A mean over nothing has no slope, and a cast to an integer none either. */
const hasSlope = (one: Case): boolean =>
  graphOf(one).outputs.some(isFloat) &&
  expectedOf(one).every(({ value }) => value.data.every(Number.isFinite));

const total = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0);

const products = (xs: readonly Tensor[], ys: readonly Tensor[]): number[] =>
  xs.flatMap(({ data }, i) => Array.from(data, (x, at) => x * ys[i]!.data[at]!));

const inner = (xs: readonly Tensor[], ys: readonly Tensor[]): number => total(products(xs, ys));

const innerSize = (xs: readonly Tensor[], ys: readonly Tensor[]): number =>
  total(products(xs, ys).map(Math.abs));

const combine = (x: Tensor, y: Tensor, f: (x: number, y: number) => number): Tensor =>
  fromArray(
    x.type,
    x.data.map((one, i) => f(one, y.data[i]!)),
  );

const derivativeOf = (one: Case, seed: number, order = 1): DirectionalDerivative =>
  new DirectionalDerivative(graphOf(one), one.inputs, { order, seed, engine });

describe("an op's gradient is its slope", () => {
  test.each(differentiable)("%s", (_, { cases, order }) => {
    fc.assert(
      fc.property(cases("f64").filter(hasSlope), fc.nat(), (one, seed) => {
        checkGraphGradient(graphOf(one), one.inputs, { order: order as 1 | 2, seed });
      }),
    );
  });
});

describe("a gradient that is off by 1e-6 is found, so the check says something on this op's domain", () => {
  const scaled = (one: Case): Graph => {
    const { inputs, outputs } = graphOf(one);
    const xs = inputs.filter(isFloat);
    const wrong = outputs
      .filter(isFloat)
      .map((y) => customGradient(y, xs, (dy) => pullback([y], [mul(1 + 1e-6, dy)], xs)));
    return graph(inputs, wrong);
  };
  test.each(differentiable)("%s", (_, { cases }) => {
    fc.assert(
      fc.property(cases("f64").filter(hasSlope), fc.nat(), (one, seed) => {
        const { size, sum } = derivativeOf(one, seed).pullback(0);
        // Where the parts of a derivative cancel, so do their errors: then this direction shows nothing.
        if (Math.abs(sum) <= size / 10) return;
        expect(() => checkGraphGradient(scaled(one), one.inputs, { seed })).toThrow(GradientMismatchError);
      }),
      { numRuns: 10 },
    );
  });
});

describe("a linear op and its pullback are adjoint, <A x, u> = <x, A^T u>, and so are pairs of ops", () => {
  test.each(differentiable)("%s", (_, { cases }) => {
    fc.assert(
      fc.property(cases("f64").filter(hasSlope), fc.nat(), (one, seed) => {
        if (!one.linear) return;
        const closed = graphOf(one);
        const { cotangents } = derivativeOf(one, seed);
        const us = closed.outputs.map(({ type }) => input(type));
        const xs = one.linear.map((i) => closed.inputs[i]!);
        const dxs = pullback(closed.outputs, us, xs);
        const byOp = one.adjoint ? [one.adjoint(us[0]!, ...closed.inputs)] : dxs;
        const run = load(graph([...closed.inputs, ...us], [...closed.outputs, ...dxs, ...byOp]), engine);
        const results = run.run([...one.inputs, ...cotangents]);
        const x = one.linear.map((i) => one.inputs[i]!);
        const ys = results.slice(0, us.length);
        const byPullback = results.slice(us.length, us.length + x.length);
        const byPair = results.slice(us.length + x.length);
        // Each side rounds once per product and sum, relative to |u| |A| |x|.
        const forward = expectedOf(one).flatMap((y, i) =>
          y.size.data.map((s, at) => Math.abs(s * cotangents[i]!.data[at]!)),
        );
        const size = Math.max(total(forward), innerSize(x, byPullback));
        const count = one.roundings + total([...x, ...ys].map(({ data }) => data.length));
        const bound = 2 * count * epsilon * size;
        expect(Math.abs(inner(ys, cotangents) - inner(x, byPullback))).toBeLessThanOrEqual(bound);
        expect(Math.abs(inner(ys, cotangents) - inner(byPair, x))).toBeLessThanOrEqual(bound);
      }),
    );
  });

  test("there are such ops, and such pairs", () => {
    const drawn = differentiable.map(([, { cases }]) => fc.sample(cases("f64"), { numRuns: 20, seed: 1 }));
    const having = (what: keyof Case): number => drawn.filter((ones) => ones.some((one) => one[what])).length;
    expect(having("linear")).toBeGreaterThan(25);
    expect(having("adjoint")).toBeGreaterThan(12);
  });
});

describe("an op's pullback is linear in the cotangent", () => {
  test.each(differentiable)("%s", (_, { cases }) => {
    fc.assert(
      fc.property(cases("f64").filter(hasSlope), fc.nat(), (one, seed) => {
        const { backward, point, cotangents, varying, direction } = derivativeOf(one, seed);
        const other = derivativeOf(one, seed, 2).cotangents;
        const run = load(widen(backward), engine);
        const at = (f: (u: number, w: number) => number): readonly Tensor[] =>
          run.run([...point, ...cotangents.map((u, i) => combine(u, other[i]!, f))]);

        // A power of two scales every number on the way, and so rounds nothing.
        const fourfold = at((u) => 4 * u);
        at((u) => u).forEach(({ data }, i) => expect(fourfold[i]!.data).toEqual(data.map((d) => 4 * d)));

        const tangents = varying.map((i) => fromArray(point[i]!.type, direction[i]!));
        const along = (t: number): number =>
          inner(
            at((u, w) => u + t * w),
            tangents,
          );
        const sizes = [-1, 0, 1].map((t) =>
          innerSize(
            at((u, w) => u + t * w),
            tangents,
          ),
        );
        const noise = Math.max(measureNoise(along, finest), 16 * epsilon * Math.max(...sizes));
        expect(Math.abs(along(1) - 2 * along(0) + along(-1))).toBeLessThanOrEqual(4 * noise);
      }),
    );
  });
});

describe("an op's jvp is the slope along the tangent", () => {
  test.each(differentiable)("%s", (_, { cases }) => {
    fc.assert(
      fc.property(cases("f64").filter(hasSlope), fc.nat(), (one, seed) => {
        const derivative = derivativeOf(one, seed);
        const { primal, varying, direction, cotangents, point } = derivative;
        const ys = primal.outputs.filter(isFloat);
        const xs = varying.map((i) => primal.inputs[i]!);
        const dxs = xs.map(({ type }) => input(type));
        const forward = load(widen(graph([...primal.inputs, ...dxs], jvp(ys, xs, dxs))), engine);
        const tangents = varying.map((i) => fromArray(point[i]!.type, direction[i]!));
        const slopes = forward.run([...point, ...tangents]);
        const { sum, size } = derivative.pullback(0);
        // Both sides are the same products and sums in another order.
        const noise = measureNoise((t) => derivative.pullback(t).sum, finest);
        const bound = 64 * epsilon * (size + innerSize(slopes, cotangents)) + 4 * noise;
        expect(Math.abs(inner(slopes, cotangents) - sum)).toBeLessThanOrEqual(bound);
      }),
    );
  });
});

describe("shapes that do not fit are refused where the op is called, with both of them in the message", () => {
  test.each(rows.filter(([, { illegal }]) => illegal))("%s", (_, { illegal }) => {
    fc.assert(
      fc.property(illegal!, ({ types, call }) => {
        let error: unknown;
        try {
          call(...types.map((type) => input(type)));
        } catch (thrown) {
          error = thrown;
        }
        expect(error).toBeInstanceOf(ShapeError);
        for (const type of types) expect((error as ShapeError).message).toContain(formatType(type));
      }),
    );
  });
});

describe("dtypes that an op is not defined on are refused where it is called", () => {
  // These have no operand of their own dtype, or not always one.
  const free = new Set(["bernoulli", "fork", "forkEach", "iota"]);
  const partial = rows.filter(([name, { dtypes }]) => dtypes.length < everything.length && !free.has(name));
  test.each(partial)("%s", (_, { cases, dtypes }) => {
    for (const dtype of everything.filter((one) => !dtypes.includes(one))) {
      fc.assert(
        fc.property(cases(dtype), (one) => {
          expect(() => graphOf(one)).toThrow(DTypeError);
        }),
        { numRuns: 5 },
      );
    }
  });
});
