import { expect, test } from "vitest";
import { evaluate, fromArray, tensor } from "@unroll/core";
import { distance, matrix, nested, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { init, initialState, ntm } from "../index.ts";

const [I, H, slots, width, B] = [2, 3, 5, 4, 2];
const f64 = { dtype: "f64" } as const;
const cell = ntm(I, H, { slots, width });
const start = (batch: number) => evaluate(initialState(cell.state, { batch, ...f64 }));

/** Parameters of a head that tells the same at every step: weights are 0, and the biases say it. */
function telling(numbersTold: readonly number[]) {
  const shape = [H, numbersTold.length];
  return {
    w: fromArray({ dtype: "f64", shape }, new Float64Array(H * numbersTold.length)),
    b: tensor([...numbersTold], f64),
  };
}

// A key, its strength, the gate, the shifts -1, 0 and 1, and the sharpness: 1000 is certain, and -1000 is never.
const toTheRight = [0, 0, 0, 0, 0, -1000, -1000, -1000, 1000, 0];
const byContent = (key: readonly number[]) => [...key, 1000, 1000, -1000, 1000, -1000, 0];
const stay = [0, 0, 0, 0, 0, -1000, -1000, 1000, -1000, 0];
const oneHot = (at: number) => Array.from({ length: slots }, (_, n) => Number(n === at));

test("a head that looks at no content moves by the shift, around the end", () => {
  const p = init(cell.params, 1, f64);
  for (const T of [1, 4, 6]) {
    const xs = numbers([T, 1, I], "xs");
    const [last] = run(cell, { ...p, read: telling(toTheRight) }, xs);
    expect([...last.read.data]).toEqual(oneHot(T % slots));
  }
});

test("a head that looks for content finds it, and reads what is there", () => {
  const memory = fromArray(
    { dtype: "f64", shape: [1, slots, width] },
    numbers([slots, width], "memory").data,
  );
  const rows = matrix(numbers([slots, width], "memory"));
  rows.forEach((row, n) => {
    // Three times the row: a cosine knows no lengths.
    const read = telling(byContent(row.map((x) => 3 * x)));
    const state = { ...start(1), memory };
    const [last, y] = run(cell, { ...init(cell.params, 1, f64), read }, numbers([1, 1, I], "xs"), state);
    expect(distance(last.read.data, oneHot(n))).toBeLessThan(1e-12);
    expect(distance(y.data.slice(H), row)).toBeLessThan(1e-12);
    expect([...last.r.data]).toEqual(Array.from(y.data.slice(H)));
  });
});

test("a head that writes erases and adds at its location, and nowhere else", () => {
  const write = telling([...stay, 1000, 1000, -1000, -1000, 7, 0, 8, 0]);
  const memory = numbers([B, slots, width], "memory");
  const state = { ...start(B), memory };
  const [last] = run(cell, { ...init(cell.params, 1, f64), write }, numbers([1, B, I], "xs"), state);
  (nested(memory) as number[][][]).forEach((before, b) => {
    const after = (nested(last.memory) as number[][][])[b]!;
    expect(after[0]).toEqual([7, 0, before[0]![2]! + 8, before[0]![3]]);
    expect(after.slice(1)).toEqual(before.slice(1));
  });
});

test("heads stay weightings for hundreds of steps, in f32, however sharp", () => {
  const sharp = [0, 0, 0, 0, 0, 0, 0, 0.1, 0, 1e4];
  const xs = numbers([300, 1, I], "xs");
  const single = (x: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }) =>
    fromArray({ dtype: "f32", shape: x.shape }, Float32Array.from(x.data));
  const told = telling(sharp);
  const p = { ...init(cell.params, 1), read: { w: single(told.w), b: single(told.b) } };
  const from = evaluate(initialState(cell.state, { batch: 1, dtype: "f32" }));
  const [last] = run(cell, p, single(xs), from);
  const total = [...last.read.data].reduce((sum, w) => sum + w, 0);
  expect(total).toBeCloseTo(1, 6);
});

test("what it cannot be is named", () => {
  expect(() => ntm(2, 3, { slots: 0, width: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: ntm: slots is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => ntm(2, 3, { slots: 4, width: 2, shifts: 2 })).toThrowErrorMatchingInlineSnapshot(
    `
    [ShapeError: ntm: shifts of 2 to either side do not fit 4 slots.
    Heads that move by S locations need 2 S + 1 of them.]
  `,
  );
});
