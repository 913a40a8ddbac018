import { expect, test } from "vitest";
import { compile, fromArray, tensor, type Value, type Values } from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { init, initialState, sru, unroll } from "../index.ts";

const f64 = { dtype: "f64" } as const;

test("a closed reset gate gives the input times the scale, an open one the memory", () => {
  const xs = numbers([3, 2, 4], "xs");
  const through = (highwayBias: number) => {
    const cell = sru(4, 4, { highwayBias });
    return run(cell, init(cell.params, 1, f64), xs);
  };
  // exp(-1000) is 0, so the scale is 1.
  expect([...through(-1000)[1].data]).toEqual([...xs.data]);
  const [last, ys] = through(100);
  expect(Array.from(ys.data.slice(-8))).toEqual([...last.c.data]);
});

test("the scale is sqrt(1 + 2 exp(b)) of the bias that reset gates start from, and that bias is theirs alone", () => {
  const cell = sru(2, 2, { highwayBias: 1 });
  const p = init(cell.params, 1, f64);
  expect([...p.b.data]).toEqual([0, 0, 1, 1]);
  const zero = fromArray(p.wx.type, new Float64Array(12));
  const x = numbers([1, 1, 2], "x");
  const [, y] = run(cell, { ...p, wx: zero }, x);
  // The memory is empty and r = sigmoid(1).
  const share = (1 - 1 / (1 + Math.exp(-1))) * Math.sqrt(1 + 2 * Math.E);
  expect(
    distance(
      y.data,
      x.data.map((one) => share * one),
    ),
  ).toBeLessThan(1e-15);
});

test("no product of matrices is left in the loop over time", () => {
  const cell = sru(3, 4);
  const score = compile((p: Values<typeof cell.params>, xs: Value) =>
    unroll(cell, p, initialState(cell.state, { batch: 2, dtype: "f32" }), xs),
  );
  score(init(cell.params, 1), tensor(new Float32Array(5 * 2 * 3), { shape: [5, 2, 3] }));
  const program = score.explain().split("\n");
  const [from, to] = ["loop", "end"].map((word) =>
    program.findIndex((line) => line.trim().split(" ")[0] === word),
  );
  expect(to).toBeGreaterThan(from!);
  expect(program.filter((line) => / contract /.test(line))).toHaveLength(2);
  expect(program.slice(from, to).filter((line) => / contract /.test(line))).toEqual([]);
});

test("the input is projected only where sizes differ", () => {
  expect(sru(4, 4).params.wp).toBeUndefined();
  expect(sru(3, 4).params.wp?.shape).toEqual([3, 4]);
});

test("a size that is none is named", () => {
  expect(() => sru(0, 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: sru: inputs is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
