import { describe, expect, test } from "vitest";
import {
  add,
  applyOp,
  compile,
  evaluate,
  full,
  gradient,
  input,
  jvp,
  mean,
  mul,
  pullback,
  scan,
  sum,
  tanh,
  tensor,
  type Op,
  type TensorType,
  type Value,
} from "../index.ts";

const f64 = (...shape: number[]): TensorType => ({ dtype: "f64", shape });
const scalar = (x: number) => tensor(x, { dtype: "f64" });

describe("gradient", () => {
  test("is the total derivative, whatever else is asked for", () => {
    // loss = a b with b = a^2: d/da is 3 a^2 also when b is asked for, and d/db is a.
    const both = compile((a: Value) => {
      const b = mul(a, a);
      return gradient(mul(a, b), { a, b });
    });
    const { a, b } = both(scalar(2));
    expect([...a.data, ...b.data]).toEqual([12, 2]);
  });

  test("sums over all uses of a value", () => {
    const dx = compile((x: Value) => gradient(add(mul(x, x), mul(3, x), x), x));
    expect([...dx(scalar(5)).data]).toEqual([14]);
  });

  test("of a leaf that is the loss itself is 1", () => {
    const dx = compile((x: Value) => [x, gradient(x, x)]);
    expect([...dx(scalar(5))[1]!.data]).toEqual([1]);
  });

  test("has the tree of what was asked for", () => {
    const x = input(f64(2), "x");
    const tree = gradient(sum(mul(x, x)), { list: [x, { deep: x }] });
    expect(tree.list.length).toBe(2);
  });

  test("gives zeros for unused leaves only when they are allowed", () => {
    const dy = compile((x: Value, y: Value) => [x, sum(y), gradient(mul(x, x), y, { allowUnused: true })]);
    expect([...dy(scalar(1), tensor([1, 2], { dtype: "f64" }))[2]!.data]).toEqual([0, 0]);
  });
});

describe("errors of gradient", () => {
  const x = input(f64(3), "x");
  const w = input(f64(3), "params.w");
  const b = input(f64(3), "params.b");

  test("a loss that is no scalar", () => {
    expect(() => gradient(mul(x, x), x)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: gradient: the loss must be a scalar, got mul f64[3].
      Reduce it first, e.g. with mean.]
    `);
  });
  test("leaves that the loss does not depend on are all named", () => {
    expect(() => gradient(sum(x), { x, w, b })).toThrowErrorMatchingInlineSnapshot(`
      [GradientError: gradient: the loss does not depend on params.b, params.w.
      Leave them out, or pass { allowUnused: true } for zeros.]
    `);
  });
  test("an integer leaf", () => {
    const n = input({ dtype: "i32", shape: [] }, "batch.n");
    expect(() => gradient(sum(x), { x, n })).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: gradient: batch.n is i32[]; only floats have derivatives.]`,
    );
  });
  test("a function in place of a loss", () => {
    expect(() => gradient(((v: Value) => v) as unknown as Value, x)).toThrowErrorMatchingInlineSnapshot(`
      [GradientError: gradient: expected a scalar Value, got a function.
      Call it inside: compile((w) => gradient(loss(w), w)).]
    `);
  });
  test("an op without a derivative", () => {
    const ceil: Op<object> = {
      name: "ceil",
      infer: ([t]) => [t!],
      lower: { scalar: (s, [v]) => s.negate(s.floor(s.negate(v!))) },
    };
    expect(() => gradient(sum(applyOp(ceil, [x], {})[0]!), x)).toThrowErrorMatchingInlineSnapshot(`
      [GradientError: gradient: ceil has no derivative.
      Stop the gradient before it with detach, or choose another path to x f64[3].]
    `);
  });
  test("a vjp with the wrong number of cotangents", () => {
    const bad: Op<object> = {
      name: "bad",
      infer: ([t]) => [t!],
      vjp: () => [],
      lower: { scalar: (_, [v]) => v! },
    };
    expect(() => gradient(sum(applyOp(bad, [x], {})[0]!), x)).toThrowErrorMatchingInlineSnapshot(`
      [GradientError: bad: its vjp returned 0 cotangents for 1 input.
      Return one per input, undefined where it is zero.]
    `);
  });
  test("a vjp with a cotangent of the wrong shape", () => {
    const bad: Op<object> = {
      name: "bad",
      infer: ([t]) => [t!],
      vjp: (_, [dy]) => [sum(dy!)],
      lower: { scalar: (_, [v]) => v! },
    };
    expect(() => gradient(sum(applyOp(bad, [x], {})[0]!), x)).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: bad: its vjp returned f64[] as the cotangent of input 1, which is x f64[3].]`,
    );
  });
  test("an emitted sequence when the loss uses the state", () => {
    const [last, hs] = scan((h: Value, row: Value) => [add(h, row), tanh(h)], full(0, f64()), x);
    expect(() => gradient(last, hs)).toThrowErrorMatchingInlineSnapshot(`
      [GradientError: gradient: the loss does not depend on f64[3], which a scan emitted.
      An emitted sequence is not the state: to have dL/dh for every step, add a zero sequence to h inside the step and ask for its gradient (docs/errors.md, section GradientError).]
    `);
    expect(() => gradient(add(last, sum(hs)), hs)).toThrowErrorMatchingInlineSnapshot(`
      [GradientError: gradient: a scan emitted f64[3], and the loss also depends on another output of that scan: the derivative by one alone would be partial.
      An emitted sequence is not the state: to have dL/dh for every step, add a zero sequence to h inside the step and ask for its gradient (docs/errors.md, section GradientError).]
    `);
    expect(gradient(sum(hs), hs).shape).toEqual([3]);
  });
  test.each([2, 3, "all"] as const)("an emitted sequence that remat %s makes in pieces as well", (remat) => {
    const xs = input(f64(6), "xs");
    const step = (h: Value, row: Value) => [add(h, row), { y: tanh(h), z: mul(h, h) }] as const;
    for (const sequence of [xs, input(f64(7))]) {
      const [last, { y, z }] = scan(step, full(0, f64()), sequence, { remat });
      expect(() => gradient(last, y)).toThrow("which a scan emitted");
      expect(() => gradient(add(last, sum(y)), y)).toThrow("would be partial");
      expect(() => gradient(add(sum(z), sum(y)), y)).toThrow("would be partial");
      expect(gradient(sum(y), y).shape).toEqual(y.shape);
      // What another scan reads comes after it, and is no other output of it.
      const [above, hs] = scan((h: Value, row: Value) => [add(h, row), h], full(0, f64()), y, { remat });
      expect(gradient(add(above, sum(y)), y).shape).toEqual(y.shape);
      expect(gradient(sum(hs), hs).shape).toEqual(y.shape);
    }
  });
});

describe("pullback and jvp", () => {
  test("pullback takes its inputs as independent", () => {
    const cut = compile((a: Value) => {
      const b = mul(a, a);
      return pullback(mul(a, b), full(1, f64()), { a, b });
    });
    const { a, b } = cut(scalar(2));
    expect([...a.data, ...b.data]).toEqual([4, 2]);
  });

  test("jvp carries tangents forward", () => {
    const along = compile((x: Value, v: Value) => jvp(mul(x, x, x), x, v));
    expect([...along(tensor([1, 2], { dtype: "f64" }), tensor([1, 10], { dtype: "f64" })).data]).toEqual([
      3, 120,
    ]);
  });

  test("jvp goes through a scan", () => {
    const along = compile((w: Value, v: Value) =>
      jvp(scan((s: Value) => [mul(w, s), undefined], full(1, f64()), undefined, { length: 3 })[0], w, v),
    );
    expect([...along(scalar(2), scalar(1)).data]).toEqual([12]);
  });

  test("Hessian-vector products are the gradient of an inner product", () => {
    const hv = compile((x: Value, v: Value) => gradient(sum(mul(gradient(sum(mul(x, x, x)), x), v)), x));
    expect([...hv(tensor([1, 2], { dtype: "f64" }), tensor([1, 1], { dtype: "f64" })).data]).toEqual([6, 12]);
  });

  test("cotangents of another tree or type are refused", () => {
    const x = input(f64(3), "x");
    expect(() =>
      pullback({ y: x }, { z: x } as unknown as { y: Value }, x),
    ).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: pullback: the cotangents are { z }, but the outputs are { y }: y is missing, and z is too much.]`,
    );
    expect(() => pullback(x, full(1, f64()), x)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: pullback: the cotangent of x f64[3] is f64[].]`,
    );
  });

  test("evaluate refuses an open value", () => {
    expect(() => evaluate(mean(input(f64(3), "x")))).toThrowErrorMatchingInlineSnapshot(`
      [ScopeError: graph: x f64[3] is an input of another function and has no value here.
      Pass it as an argument of the function that is compiled.]
    `);
  });
});
