import { expect, test } from "vitest";
import { hostRandom } from "@unroll/core";
import { chrono, gru, init, lstm, ones, rnn, type ChronoGates } from "../index.ts";

const draw = (maxLength: number, size: number, gates?: ChronoGates): number[] =>
  Array.from(chrono(maxLength, gates)([size], hostRandom(1, "b")));

test("forget gates are log(u) of u uniform on [1, T - 1), input gates the same below 0, others 0", () => {
  const [T, H] = [100, 5000];
  const b = draw(T, 4 * H);
  const [i, f, o, g] = [0, 1, 2, 3].map((gate) => b.slice(gate * H, (gate + 1) * H));
  expect(i!.map((x) => -x)).toEqual(f);
  expect(new Set([...o!, ...g!])).toEqual(new Set([0]));
  const u = f!.map(Math.exp);
  expect(Math.min(...u)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...u)).toBeLessThan(T - 1 + 1e-9);
  // Uniform on an interval of 98: its mean has the deviation 98 / sqrt(12 n), and each quarter a binomial number.
  const mean = u.reduce((sum, x) => sum + x, 0) / H;
  expect(Math.abs(mean - 50)).toBeLessThan((5 * 98) / Math.sqrt(12 * H));
  for (const quarter of [0, 1, 2, 3]) {
    const count = u.filter((x) => Math.floor((x - 1) / 24.5) === quarter).length;
    expect(Math.abs(count - H / 4)).toBeLessThan(5 * Math.sqrt(H * 0.25 * 0.75));
  }
});

test("gates may stand elsewhere, and one gate may be both", () => {
  const b = draw(50, 12, { gates: 3, forget: 1 });
  expect(b.map((x) => x !== 0)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0].map(Boolean));
  const other = draw(50, 4, { gates: 2, forget: 0, input: 1 });
  expect(other[2]).toBe(-other[0]!);
});

test("cells take it for their biases", () => {
  const b = [...init(lstm(2, 3, { biasInit: chrono(20) }).params, 1).b.data];
  expect(b.slice(0, 3)).toEqual(b.slice(3, 6).map((x) => -x));
  expect(b.slice(6)).toEqual([0, 0, 0, 0, 0, 0]);
  const gates = { gates: 3, forget: 1 };
  const [r, z] = [0, 1].map((gate) =>
    [...init(gru(2, 3, { biasInit: chrono(20, gates) }).params, 1).b.data].slice(3 * gate, 3 * gate + 3),
  );
  expect(r).toEqual([0, 0, 0]);
  expect(Math.min(...z!)).toBeGreaterThan(0);
  expect([...init(rnn(2, 2, { biasInit: ones }).params, 1).b.data]).toEqual([1, 1]);
});

test("what is no length, no gate or no bias is refused", () => {
  expect(() => chrono(1)).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: chrono: the length is 1.
    Lengths are those of sequences, from 2 on.]
  `);
  expect(() => chrono(10, { gates: 3, forget: 3 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: chrono: forget is gate 3 of 3.
    Gates are counted from 0.]
  `);
  expect(() => draw(10, 6)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: chrono: [6] are no biases of 4 gates.]`,
  );
  expect(() => chrono(10, { gates: 4, forget: 1, input: -1 })).toThrow("input is gate -1 of 4");
});
