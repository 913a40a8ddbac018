import { expect, test } from "vitest";
import { tanh } from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { filled, init, jordan } from "../index.ts";

const [T, B, I, H, O] = [4, 2, 3, 5, 2];
const f64 = { dtype: "f64" } as const;

test("what comes back is the last output, or with a decay a trace of all", () => {
  const xs = numbers([T, B, I], "xs");
  const after = (decay: number) => {
    const cell = jordan(I, H, O, { decay });
    const [{ s }, ys] = run(cell, init(cell.params, 1, f64), xs);
    const outputs = Array.from({ length: T }, (_, t) =>
      Array.from(ys.data.slice(t * B * O, (t + 1) * B * O)),
    );
    return { s: [...s.data], outputs };
  };
  const last = after(0);
  expect(last.s).toEqual(last.outputs.at(-1));
  const trace = after(0.5);
  const sums = trace.s.map((_, i) =>
    trace.outputs.reduce((sum, y, t) => sum + 0.5 ** (T - 1 - t) * y[i]!, 0),
  );
  expect(distance(trace.s, sums)).toBeLessThan(1e-15);
});

test("activations and the start of its weights are what they are said to be", () => {
  const cell = jordan(1, 1, 1, {
    activation: tanh,
    outputActivation: (x) => x,
    init: filled(2),
    recurrentInit: filled(3),
    outputInit: filled(5),
  });
  const [, y] = run(cell, init(cell.params, 1, f64), numbers([1, 1, 1], "x"), { s: numbers([1, 1], "s") });
  const [x, s] = [numbers([1, 1, 1], "x").data[0]!, numbers([1, 1], "s").data[0]!];
  expect(y.data[0]).toBeCloseTo(5 * Math.tanh(2 * x + 3 * s), 14);
});

test("what it cannot be is named", () => {
  expect(() => jordan(2, 3, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: jordan: outputs is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => jordan(2, 3, 4, { decay: 1.1 })).toThrowErrorMatchingInlineSnapshot(
    `
    [UnrollError: jordan: decay is 1.1.
    Choose a number from 0 to 1.]
  `,
  );
});
