import { describe, expect, test } from "vitest";
import { expandedBody, computing, runBody } from "../../test/expanded.ts";
import { emitContract, emitMap, emitReduce } from "../ir/emit.ts";
import { referencesOf, type Unary } from "../ir/instruction.ts";
import type { Kernel } from "../ir/kernel.ts";
import { Scalar } from "../ir/scalar.ts";
import { filled, run, viewOf } from "../../test/views.ts";
import { expand, expandKernel } from "./expand.ts";

const functions = ["exp", "expm1", "log", "log1p", "tanh", "sigmoid", "erf", "sin", "cos"] as const;

describe("an expanded body", () => {
  test.each(["f32", "f64"] as const)("has no named function and nothing that is not needed: %s", (dtype) => {
    const s = new Scalar();
    const x = s.read(0, dtype);
    const results = [...functions.map((op) => s[op](x).at), s.pow(x, x).at];
    const { body, results: moved } = expand({ body: s.body, results }, [dtype]);
    expect(body.filter(({ op }) => [...functions, "pow"].includes(op as (typeof functions)[number]))).toEqual(
      [],
    );
    const needed = new Set([...moved, ...body.flatMap(referencesOf)]);
    expect(body.filter((_, at) => !needed.has(at))).toEqual([]);
  });

  test.each([
    ["exp", 17, 22],
    ["expm1", 22, 27],
    ["log", 31, 35],
    ["log1p", 38, 42],
    ["tanh", 16, 32],
    ["sigmoid", 17, 22],
    ["erf", 31, 55],
    ["sin", 41, 41],
    ["cos", 40, 40],
  ] as const)("of %s takes %i instructions in f32 and %i in f64", (op, single, double) => {
    const counts = (["f32", "f64"] as const).map(
      (dtype) => computing(expandedBody([dtype], (s, x) => s[op](x)).body).length,
    );
    expect(counts).toEqual([single, double]);
  });

  test("shares what functions of one number have in common", () => {
    const of = (ops: readonly Unary[]): number => {
      const { body } = expandedBody(["f32"], (s, x) =>
        ops.map((op) => s[op](x)).reduce((a, b) => s.add(a, b)),
      );
      return computing(body).length;
    };
    expect(of(["sin", "cos"])).toBeLessThan(of(["sin"]) + 15);
  });

  test("knows where its results and accumulators are, and keeps the other instructions", () => {
    const s = new Scalar();
    const [x, n] = [s.read(0, "f32"), s.read(1, "i32")];
    const at = s.add(n, s.index(0));
    const far = s.fma(x, s.accumulator(0, "f32"), s.readAt(0, "f32", at, { size: 3, stride: 2 }));
    const scaled = s.scale(s.cast(s.exponent(far), "f32"), n);
    const y = s.select(s.less(x, scaled), s.constant("f32", -0), s.sqrt(far));
    const unused = s.tanh(y);
    const expanded = expand({ body: s.body, results: [y.at, at.at] }, ["f32", "i32"], ["f32"]);
    expect(expanded.body).toHaveLength(s.body.length - 1);
    expect(unused.at).toBe(s.body.length - 1);
    expect(expanded.results.map((result) => expanded.body[result]!.op)).toEqual(["select", "add"]);
  });

  test("can be deep", () => {
    const { body } = expandedBody(["f32"], (s, x) => {
      let y = x;
      for (let i = 0; i < 2000; i++) y = s.add(y, x);
      return y;
    });
    expect(body).toHaveLength(2001);
  });
});

describe("an expanded kernel", () => {
  const kernelOf = (emitted: { readonly kernel: Kernel } | undefined): Kernel => emitted!.kernel;

  test("of a map writes the same values", () => {
    const [x, y, z] = [viewOf("f32", [7]), viewOf("f32", [7]), viewOf("f32", [7])];
    const emitted = emitMap({
      reads: [x],
      writes: [y, z],
      body: (s, [a]) => [s.exp(a!), s.negate(a!)],
    })!;
    const arrays = new Map([x, y, z].map((view) => [view.buffer, filled(view)]));
    run({ ...emitted, kernel: expandKernel(emitted.kernel) }, arrays);
    const xs = arrays.get(x.buffer)!;
    arrays.get(y.buffer)!.forEach((e, i) => expect(e).toBeCloseTo(Math.exp(xs[i]!), 3));
    expect([...arrays.get(z.buffer)!]).toEqual([...xs].map((a) => -a));
  });

  test.each(["sum", "argmax"] as const)("of a reduction accumulates and finishes the same: %s", (combine) => {
    const [x, y] = [viewOf("f32", [2, 5]), viewOf(combine === "sum" ? "f32" : "i32", [2, 1])];
    const emitted = emitReduce({
      reads: [x],
      axes: [1],
      combine,
      write: y,
      body: (s, a) => s.add(s.exp(a), s.constant("f32", 1)),
      epilogue: (s, sum) => (combine === "sum" ? s.log(sum) : s.add(sum, sum)),
    })!;
    const arrays = () => new Map([x, y].map((view) => [view.buffer, filled(view)]));
    const [named, expanded] = [arrays(), arrays()];
    run(emitted, named);
    run({ ...emitted, kernel: expandKernel(emitted.kernel) }, expanded);
    expanded.get(y.buffer)!.forEach((e, i) => expect(e).toBeCloseTo(named.get(y.buffer)![i]!, 5));
  });

  test("of a contraction is the same one", () => {
    const [a, b, out] = [viewOf("f32", [2, 3]), viewOf("f32", [3, 4]), viewOf("f32", [2, 4])];
    const kernel = kernelOf(emitContract({ a, b, out, letters: { a: "mk", b: "kn", out: "mn" } }));
    expect(expandKernel(kernel)).toBe(kernel);
  });
});

describe("a known power", () => {
  const opsOf = (power: number): readonly string[] =>
    computing(expandedBody(["f64"], (s, x) => s.pow(x, s.constant("f64", power))).body).map(({ op }) => op);

  test.each([
    [0, []],
    [1, []],
    [2, ["multiply"]],
    [3, ["multiply", "multiply"]],
    [4, ["multiply", "multiply"]],
    [-1, ["divide"]],
    [-2, ["divide", "multiply"]],
    [0.5, ["equal", "add", "sqrt", "select"]],
    [-0.5, ["equal", "add", "sqrt", "select", "divide"]],
  ] as const)("%d takes few instructions", (power, ops) => {
    expect(opsOf(power)).toEqual(ops);
  });

  test.each([0.25, 5, -3, NaN, Infinity, 1e300])("%d takes those of a power", (power) => {
    expect(opsOf(power).length).toBeGreaterThan(100);
  });

  test.each(["f32", "f64"] as const)("is within 3 ulp, and special where Math.pow is: %s", (dtype) => {
    const specials = [0, -0, 1, -1, 2, -3, 1e-40, -1e-40, 1e30, -1e30, Infinity, -Infinity, NaN];
    const numbers = [...specials, ...Array.from({ length: 1000 }, (_, i) => (i - 500) * 1.37)];
    const xs = dtype === "f32" ? Float32Array.from(numbers) : Float64Array.from(numbers);
    const [rounded, epsilon] = dtype === "f32" ? [Math.fround, 2 ** -23] : [Number, 2 ** -52];
    for (const power of [0, 1, 2, 3, 4, -1, -2, 0.5, -0.5]) {
      const body = expandedBody([dtype], (s, x) => s.pow(x, s.constant(dtype, power)));
      runBody(body, dtype, [xs]).forEach((y, i) => {
        const wanted = rounded(xs[i]! ** power);
        const isSpecial = wanted === 0 || !Number.isFinite(wanted);
        if (isSpecial) expect(y).toBe(wanted);
        else expect(Math.abs(y - wanted)).toBeLessThanOrEqual(3 * epsilon * Math.abs(wanted));
      });
    }
  });
});
