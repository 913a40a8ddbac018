import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  full,
  gradient,
  label,
  mul,
  probed,
  reference,
  scan,
  square,
  sum,
  tanh,
  tensor,
  type Value,
} from "../index.ts";
import { wasm } from "../wasm.ts";

const f64 = { dtype: "f64" } as const;
const scalar = { dtype: "f64", shape: [] } as const;

/** Labels of a function's probes, and the gradient by each. */
function cotangents(f: (x: Value) => Value, x: Parameters<typeof tensor>[0], engine = reference()) {
  let labels: readonly string[] = [];
  const run = compile(
    (x: Value) => {
      const before = f(x);
      const { loss, probes } = probed(before);
      labels = probes.map((probe) => `${probe.labels.join()} ${probe.depth}`);
      return {
        before,
        loss,
        by: gradient(
          loss,
          probes.map(({ value }) => value),
        ),
      };
    },
    { engine },
  );
  const { before, loss, by } = run(tensor(x, f64));
  expect(loss.data).toEqual(before.data);
  return { labels, by: by.map(({ shape, data }) => ({ shape, data: [...data] })) };
}

test("the gradient by a probe is that by the value it is added to", () => {
  const f = (x: Value) => {
    const { y } = label({ y: mul(3, x) });
    return sum(square(label({ z: mul(y, y) }).z));
  };
  // L = z^2, z = y^2: dL/dz = 2 z = 2 y^2, dL/dy = 4 y^3.
  expect(cotangents(f, [1, 2])).toEqual({
    labels: ["y 0", "z 0"],
    by: [
      { shape: [2], data: [4 * 27, 4 * 216] },
      { shape: [2], data: [18, 72] },
    ],
  });
});

const recurrent = (reverse: boolean) => (xs: Value) =>
  square(
    scan((s: Value, x: Value) => [label({ s: mul(2, add(s, x)) }).s, undefined], full(0, scalar), xs, {
      reverse,
    })[0],
  );

describe.each([reference(), wasm()])("inside of a scan, on $name", (engine) => {
  test("it is that of every step", () => {
    // s_3 = 2 (2 (2 (0 + 1) + 2) + 3) = 22; dL/ds_t = 2 s_3 2^(3 - t).
    const { labels, by } = cotangents(recurrent(false), [1, 2, 3], engine);
    expect(labels).toEqual(["s 1"]);
    expect(by).toEqual([{ shape: [3], data: [176, 88, 44] }]);
  });

  test("the other way round, step t stands at position t still", () => {
    // s = 2 (2 (2 (0 + 3) + 2) + 1) = 34.
    expect(cotangents(recurrent(true), [1, 2, 3], engine).by).toEqual([{ shape: [3], data: [68, 136, 272] }]);
  });
});

test("inside of nested scans there is an axis for each", () => {
  const f = (xs: Value) =>
    scan(
      (s: Value, row: Value) =>
        scan((t: Value, x: Value) => [label({ t: add(mul(3, t), x) }).t, undefined], s, row),
      full(0, scalar),
      xs,
    )[0];
  const { labels, by } = cotangents(f, [
    [1, 2],
    [3, 4],
  ]);
  expect(labels).toEqual(["t 2"]);
  // The last of four values; each earlier one counts three times as much.
  expect(by).toEqual([{ shape: [2, 2], data: [27, 9, 3, 1] }]);
});

test("a value that captures what is labelled outside, and what is used twice, are counted once each", () => {
  const f = (x: Value) => {
    const { w } = label({ w: tanh(x) });
    const [s] = scan((s: Value) => [add(s, w), undefined], w, undefined, { length: 4 });
    return sum(s);
  };
  const { labels, by } = cotangents(f, [1, 2]);
  expect(labels).toEqual(["w 0"]);
  expect(by).toEqual([{ shape: [2], data: [5, 5] }]);
});

test("what the derivative of a loss runs again has the probe of what it is", () => {
  // s1 = x1 + e1, s2 = s1 x2 + e2: the gradient of s2 by x is (x2, s1), and that of its square by e1 is 2 s1.
  const f = (x: Value) => {
    const last = scan((s: Value, y: Value) => [label({ s: mul(s, y) }).s, undefined], full(1, scalar), x)[0];
    return sum(square(gradient(last, x)));
  };
  const { labels, by } = cotangents(f, [3, 5]);
  expect(labels).toEqual(["s 1"]);
  expect(by).toEqual([{ shape: [2], data: [6, 0] }]);
});

test("a label on a result of a scan is outside of it, and integers and arguments have no probe", () => {
  const f = (x: Value) => {
    const [last, ys] = scan((s: Value, y: Value) => [mul(s, y), add(s, y)], full(1, scalar), label({ x }).x);
    label({ last, ys });
    return add(last, sum(ys));
  };
  const { labels, by } = cotangents(f, [2, 3]);
  expect(labels).toEqual(["last 0", "ys 0"]);
  expect(by).toEqual([
    { shape: [], data: [1] },
    { shape: [2], data: [1, 1] },
  ]);
});
