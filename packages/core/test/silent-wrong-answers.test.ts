import { describe, expect, test } from "vitest";
import {
  add,
  bernoulli,
  clamp,
  compile,
  customGradient,
  detach,
  floor,
  forkEach,
  full,
  gradient,
  input,
  label,
  mul,
  randomKey,
  randomUniform,
  scan,
  stateful,
  sub,
  sum,
  tanh,
  tensor,
  where,
  type TensorType,
  type Value,
} from "../src/index.ts";

/**
 * Ten ways in which a graph library can be wrong without a sign. Each test fails when its remedy is taken away.
 * Programs that looked right gave these answers before the remedies were designed.
 */
const scalar: TensorType = { dtype: "f64", shape: [] };
const f64 = (x: number | readonly number[]) => tensor(x, { dtype: "f64" });

describe("1. trees are matched by path, never by order", () => {
  test("a step may return its state's keys in another order", () => {
    const f = compile(
      (h: Value, c: Value) =>
        scan(
          (s: { h: Value; c: Value }) => [{ c: add(s.c, 1), h: mul(s.h, 2) }, undefined],
          { h, c },
          undefined,
          { length: 1 },
        )[0],
    );
    const { h, c } = f(f64(10), f64(2));
    expect([h.data[0], c.data[0]]).toEqual([20, 3]);
  });

  test("keys that would be ambiguous in a path are refused", () => {
    expect(() => compile((p: { "a.b": Value }) => p["a.b"])({ "a.b": tensor(1) })).toThrow(
      'the key "a.b" of the root holds one of . [ ]',
    );
  });
});

test("2. a derivative does not depend on which others are asked for", () => {
  const f = compile((a: Value) => {
    const b = mul(a, a);
    const loss = mul(a, b);
    return { alone: gradient(loss, a), beside: gradient(loss, { a, b }).a };
  });
  const { alone, beside } = f(f64(2));
  expect([alone.data[0], beside.data[0]]).toEqual([12, 12]);
});

describe("3. what is not wanted is not differentiated", () => {
  test("an op without a derivative on data does not stand in the way of a parameter", () => {
    const f = compile((w: Value, xs: Value) =>
      gradient(
        scan((s: Value, x: Value) => [add(mul(w, floor(x)), s), undefined], full(0, scalar), xs)[0],
        w,
      ),
    );
    expect(f(f64(1), f64([1.5, 2.5])).data[0]).toBe(3);
  });

  test("nor does a mask drawn inside the step, nor a carry that no float flows into", () => {
    const f = compile((w: Value, key: Value) => {
      const step = (
        { s, n }: { s: Value; n: Value },
        k: Value,
      ): readonly [{ s: Value; n: Value }, undefined] => {
        const keep = bernoulli(k, 1, []);
        return [{ s: where(keep, add(s, w), s), n: floor(add(n, 0.5)) }, undefined];
      };
      const [last] = scan(step, { s: full(0, scalar), n: full(0.5, scalar) }, forkEach(key, 4));
      return gradient(add(last.s, detach(last.n)), w);
    });
    expect(f(f64(1), randomKey(1)).data[0]).toBe(4);
  });
});

test("4. a gradient declared inside a step may use values from outside of it", () => {
  const f = compile((w: Value, limit: Value) => {
    const clipped = (x: Value): Value => customGradient(x, [x], (dy) => [clamp(dy, mul(-1, limit), limit)]);
    return gradient(
      scan((s: Value) => [clipped(mul(w, s)), undefined], full(1, scalar), undefined, { length: 2 })[0],
      w,
    );
  });
  // ds2 = clamp(1) = 0.5; dw += 0.5 w; ds1 = 0.5 w = 1.5 -> clamp 0.5; dw += 0.5 * 1.
  expect(f(f64(3), f64(0.5)).data[0]).toBe(0.5 * 3 + 0.5);
});

describe("5. the emitted sequence is not the state", () => {
  const run = (h0: Value, w: Value, probe: Value) =>
    scan(
      (h: Value, e: Value) => {
        const next = add(tanh(mul(w, h)), e);
        return [next, next];
      },
      h0,
      probe,
    );

  test("a derivative by it that would be zero or partial is refused", () => {
    const [last, hs] = run(
      input(scalar, "h0"),
      input(scalar, "w"),
      input({ dtype: "f64", shape: [3] }, "probe"),
    );
    expect(() => gradient(add(last, sum(hs)), label({ hs }).hs)).toThrow(
      "a scan emitted hs, and the loss also depends on another output",
    );
    expect(() => gradient(last, hs)).toThrow("add a zero sequence");
  });

  test("a zero sequence added to the state has the total derivative of every step", () => {
    const f = compile((h0: Value, w: Value, probe: Value) => {
      const [last, hs] = run(h0, w, probe);
      return { byProbe: gradient(add(last, sum(hs)), probe), hs };
    });
    const unrolled = compile((h0: Value, w: Value) => {
      const h1 = tanh(mul(w, h0));
      const h2 = tanh(mul(w, h1));
      const h3 = tanh(mul(w, h2));
      return gradient(add(h3, h1, h2, h3), [h1, h2, h3]);
    });
    const expected = unrolled(f64(0.7), f64(1.3)).map((x) => expect.closeTo(x.data[0]!, 12));
    expect([...f(f64(0.7), f64(1.3), f64([0, 0, 0])).byProbe.data]).toEqual(expected);
  });
});

test("6. a value of a step has no meaning outside of it", () => {
  let inside: Value | undefined;
  const xs = input({ dtype: "f64", shape: [3] }, "xs");
  const [last] = scan(
    (s: Value, x: Value) => {
      ({ inside } = label({ inside: mul(s, x) }));
      return [add(s, inside), undefined];
    },
    full(1, scalar),
    xs,
  );
  expect(() => sub(last, inside!)).toThrow(
    "scan: inside f64[] belongs to the step of a scan and has no value outside it",
  );
});

test("7. a random key is used once", () => {
  const f = compile((key: Value) => add(randomUniform(key, scalar), randomUniform(key, scalar)));
  expect(() => f(randomKey(1))).toThrow("random: key is used by randomUniform and by randomUniform.");
});

test("8. state belongs to the engine: another shape of input goes on with the same state", () => {
  const total = stateful((s: { n: Value }, x: Value) => [{ n: add(s.n, sum(x)) }, {}], { n: f64(0) });
  total.step(f64([1, 2]));
  total.step(f64([1, 2, 3]));
  total.step(f64([1, 2]));
  expect([total.compilations, total.state.n.data[0]]).toEqual([2, 12]);
});

test("9. an old state cannot be read by accident", () => {
  const total = stateful((s: { n: Value }, x: Value) => [{ n: add(s.n, x) }, {}], { n: f64(0) });
  const best = total.state.n;
  total.step(f64(1));
  expect(() => best.data).toThrow("n was read at step 0, now 1.\nKeep it with copy(...)");
});

test("10. whole trees may be passed and used in part, but not for nothing", () => {
  const partly = compile((p: { a: Value; b: Value }) => mul(2, p.a));
  expect(partly({ a: f64(1), b: f64(1) }).data[0]).toBe(2);
  const idle = compile((x: Value, p: { a: Value }) => (p ? mul(2, x) : x));
  expect(() => idle(f64(1), { a: f64(1) })).toThrow("compile: argument 2, p, is used by no output.");
});
