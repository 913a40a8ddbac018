import { expect, test } from "vitest";
import { nested, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { clockwork, init, rnn } from "../index.ts";

const f64 = { dtype: "f64" } as const;

test("with the one period 1 it is rnn, to the last bit", () => {
  const cell = clockwork(3, 4, [1]);
  const p = init(cell.params, 1, f64);
  const xs = numbers([5, 2, 3], "xs");
  expect(run(cell, p, xs)[1].data).toEqual(run(rnn(3, 4), { ...p, wh: p.wh[0]! }, xs)[1].data);
});

test("a module of period p changes at every p-th step, from the first on", () => {
  const periods = [1, 2, 4];
  const cell = clockwork(3, 6, periods);
  const [last, hs] = run(cell, init(cell.params, 1, f64), numbers([9, 1, 3], "xs"));
  const steps = [Array.from({ length: 6 }, () => 0), ...(nested(hs) as number[][][]).map(([row]) => row!)];
  periods.forEach((period, k) => {
    const changed = steps.slice(1).map((row, t) => row[2 * k] !== steps[t]![2 * k]);
    expect(changed).toEqual(Array.from({ length: 9 }, (_, t) => t % period === 0));
  });
  expect([...last.t.data]).toEqual([9]);
});

test("a module hears itself and slower ones, and has no weights for others", () => {
  expect(clockwork(3, 6, [1, 2, 4]).params.wh.map(({ shape }) => shape)).toEqual([
    [6, 2],
    [4, 2],
    [2, 2],
  ]);
});

test("modules that cannot be are named", () => {
  expect(() => clockwork(3, 6, [1, 2, 4, 8])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: clockwork: 6 units do not divide into 4 modules.
    Every module has as many units: give periods whose number divides hidden.]
  `);
  expect(() => clockwork(3, 6, [])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: clockwork: 6 units do not divide into 0 modules.
    Every module has as many units: give periods whose number divides hidden.]
  `);
  expect(() => clockwork(3, 6, [2, 1])).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: clockwork: the periods 2, 1 do not grow.
    The fastest module comes first: 1, 2, 4, 8.]
  `);
  expect(() => clockwork(3, 6, [1, 1.5])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: clockwork: periods[1] is 1.5.
    Sizes are whole numbers from 1 on.]
  `);
});
