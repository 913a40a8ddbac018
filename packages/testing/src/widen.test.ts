import {
  add,
  cast,
  constant,
  full,
  gradient,
  graph,
  input,
  iota,
  mul,
  nodesOf,
  randomUniform,
  reference,
  scan,
  sum,
  tanh,
  tensor,
  type Graph,
} from "@unroll/core";
import { expect, test } from "vitest";
import { load } from "./trace.ts";
import { narrow, widen, widenTensor } from "./widen.ts";

/** Every dtype in a graph and in the bodies inside of it. */
function dtypesIn(closed: Graph): Set<string> {
  const found = new Set(closed.inputs.map((x) => x.type.dtype as string));
  for (const { op, attrs, outputs } of nodesOf(closed)) {
    for (const y of outputs) found.add(y.type.dtype);
    for (const body of op.bodies?.(attrs) ?? []) for (const dtype of dtypesIn(body)) found.add(dtype);
  }
  return found;
}

test("everything that is f32 becomes f64, in the bodies of scans and of their gradients too", () => {
  const w = input({ dtype: "f32", shape: [2] }, "w");
  const xs = input({ dtype: "f32", shape: [3, 2] }, "xs");
  const offset = full(0.1, w.type);
  const [last] = scan(
    (h, x) => [add(tanh(mul(h, w)), x, offset, constant(tensor([1, 2])), cast(iota(2), "f32")), undefined],
    w,
    xs,
  );
  const loss = sum(mul(last, last));
  const wide = widen(graph([w, xs], [loss, gradient(loss, w)]));
  expect(dtypesIn(wide)).toEqual(new Set(["f64", "i32"]));
  expect(wide.inputs.map((x) => x.label)).toEqual(["w", "xs"]);

  const run = load(wide, reference());
  const [y] = run.run(
    [
      tensor([0.5, 0.25]),
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    ].map(widenTensor),
  );
  let h = [0.5, 0.25];
  for (const x of [
    [1, 2],
    [3, 4],
    [5, 6],
  ]) {
    h = h.map((one, i) => Math.tanh(one * [0.5, 0.25][i]!) + x[i]! + 0.1 + [1, 2][i]! + i);
  }
  expect(y!.data[0]).toBeCloseTo(h[0]! ** 2 + h[1]! ** 2, 12);
});

test("what gives f32 whatever it is given is cast", () => {
  const key = input({ dtype: "i32", shape: [2] });
  const draw = (): Graph => graph([key], [randomUniform(key, { dtype: "f32", shape: [5] })]);
  const numbers = [draw(), widen(draw())].map(
    (one) => load(one, reference()).run([tensor([1, 2], { dtype: "i32" })])[0]!,
  );
  expect(numbers[1]!.type.dtype).toBe("f64");
  expect(Array.from(numbers[1]!.data)).toEqual(Array.from(numbers[0]!.data));
});

test("everything that is f64 becomes f32, and the numbers are rounded", () => {
  const x = input({ dtype: "f64", shape: [2] }, "x");
  const [, ys] = scan((h, row) => [add(h, row, 0.1), mul(h, row)], full(1, { dtype: "f64", shape: [] }), x);
  const thin = narrow(graph([x], [add(ys, constant(tensor(Float64Array.of(0.1, 0.2))))]));
  expect(dtypesIn(thin)).toEqual(new Set(["f32"]));
  const [y] = load(thin, reference()).run([tensor([0.5, 0.25])]);
  const h = Math.fround(Math.fround(1 + 0.5) + Math.fround(0.1));
  const expected = [0.5 + 0.1, h * 0.25 + 0.2];
  Array.from(y!.data).forEach((one, i) => expect(one).toBeCloseTo(expected[i]!, 6));
});
