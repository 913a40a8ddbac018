import { expect, test } from "vitest";
import {
  add,
  compile,
  constant,
  conv1d,
  randomKey,
  reshape,
  split,
  tanh,
  type Tensor,
  type Value,
  type Values,
  watch,
} from "@unroll/core";
import { distance, matrix, nested, numbers } from "../../test/numbers.ts";
import { init, initialState, qrnn, unroll } from "../index.ts";

const [T, B, I, H] = [6, 2, 3, 4];
const f64 = { dtype: "f64" } as const;

/** z and f of all steps, and the parameters that make them. */
function watched(cell: ReturnType<typeof qrnn>, xs: Tensor, key?: Tensor) {
  const p = init(cell.params, 1, f64);
  const score = (p: Values<typeof cell.params>, xs: Value) =>
    unroll(cell, p, initialState(cell.state, { batch: B, ...f64 }), xs, { key: key && constant(key) });
  const [, { z, f }] = compile(watch(score, ["z", "f"]))(p, xs);
  return { p, z: z[0]!, f: f[0]! };
}

test("its gates are conv1d of the sequence, padded in front", () => {
  const window = 3;
  const xs = numbers([T, B, I], "xs");
  const { p, z } = watched(qrnn(I, H, { window }), xs);
  const convolved = compile((xs: Value, w: Value, b: Value) => {
    const kernel = reshape(w, [window, I, 3 * H]);
    const [first] = split(add(conv1d(xs, kernel, { axis: 0, padding: [window - 1, 0] }), b), 3);
    return tanh(first);
  });
  expect(distance(z.data, convolved(xs, p.w, p.b).data)).toBeLessThan(1e-14);
});

test("its gates are a masked convolution of the sequence, padded by zeros in front", () => {
  const window = 3;
  const xs = numbers([T, B, I], "xs");
  const { p, z } = watched(qrnn(I, H, { window }), xs);
  const rows = nested(xs) as number[][][];
  const expected = rows.flatMap((_, t) =>
    Array.from({ length: B }, (_, b) =>
      Array.from({ length: H }, (_, j) => {
        let sum = p.b.data[j]!;
        for (let k = 0; k < window; k++) {
          const row = rows[t - window + 1 + k]?.[b] ?? [0, 0, 0];
          row.forEach((x, i) => (sum += x * matrix(p.w)[k * I + i]![j]!));
        }
        return Math.tanh(sum);
      }),
    ),
  );
  expect(distance(z.data, expected.flat())).toBeLessThan(1e-14);
});

test("zoneout sets as many forget gates to 1 as it says, with a key", () => {
  const xs = numbers([400, B, I], "xs");
  const cell = qrnn(I, H, { zoneout: 0.3 });
  const drawn = [...watched(cell, xs, randomKey(1)).f.data];
  const none = [...watched(qrnn(I, H), xs).f.data];
  const kept = drawn.filter((f) => f === 1).length;
  // 3,200 draws have a deviation of sqrt(0.3 0.7 3,200) = 26.
  expect(Math.abs(kept - 0.3 * drawn.length)).toBeLessThan(5 * 26);
  expect(drawn.every((f, i) => f === 1 || Math.abs(f - none[i]!) < 1e-15)).toBe(true);
  const mean = [...watched(cell, xs).f.data];
  expect(
    distance(
      mean,
      none.map((f) => 0.3 + 0.7 * f),
    ),
  ).toBeLessThan(1e-15);
});

test("a pooling gate that there is not has no parameters", () => {
  const shapes = (["f", "fo", "ifo"] as const).map((pooling) => qrnn(I, H, { pooling }).params.w.shape);
  expect(shapes).toEqual([
    [2 * I, 2 * H],
    [2 * I, 3 * H],
    [2 * I, 4 * H],
  ]);
  expect(qrnn(I, H, { window: 1 }).state.past).toEqual([]);
});

test("what it cannot be is named", () => {
  expect(() => qrnn(2, 3, { window: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: qrnn: window is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => qrnn(2, 3, { zoneout: 1.5 })).toThrowErrorMatchingInlineSnapshot(
    `
    [UnrollError: qrnn: zoneout is 1.5.
    Choose a number from 0 to 1.]
  `,
  );
  expect(() => qrnn(2, 3, { pooling: "o" as "f" })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: qrnn: there is no o-pooling.
    Choose f, fo or ifo.]
  `);
});
