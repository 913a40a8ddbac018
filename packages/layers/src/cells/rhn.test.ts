import { expect, test } from "vitest";
import { fromArray, type Tensor } from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { init, rhn, ugrnn } from "../index.ts";

const [T, B, I, H] = [5, 2, 3, 4];
const f64 = { dtype: "f64" } as const;

test("with one micro-step it is ugrnn, whose gate keeps where this one transforms", () => {
  const cell = rhn(I, H, { depth: 1 });
  const { wx, micro } = init(cell.params, 1, f64);
  const { wh, b } = micro[0]!;
  /** Columns n, t as columns g, n: the gate comes first, and its sign is the other one. */
  const turned = (w: Tensor): Tensor =>
    fromArray(
      w.type,
      w.data.map((_, i) => {
        const column = i % (2 * H);
        return column < H ? -w.data[i + H]! : w.data[i - H]!;
      }),
    );
  const [xs, start] = [numbers([T, B, I], "xs"), { h: numbers([B, H], "h") }];
  const [, got] = run(cell, { wx, micro }, xs, start);
  const [, expected] = run(ugrnn(I, H), { wx: turned(wx), wh: turned(wh), b: turned(b) }, xs, start);
  expect(distance(got.data, expected.data)).toBeLessThan(1e-14);
});

test("every micro-step has parameters of its own, and transform gates that start closed", () => {
  const { wx, micro } = init(rhn(2, 2, { depth: 3, coupled: false, transformBias: -4 }).params, 1);
  expect(wx.shape).toEqual([2, 6]);
  expect(micro).toHaveLength(3);
  for (const { b } of micro) expect([...b.data]).toEqual([0, 0, -4, -4, 0, 0]);
  expect([...micro[0]!.wh.data]).not.toEqual([...micro[1]!.wh.data]);
});

test("a size or a depth that is none is named", () => {
  expect(() => rhn(2, 3, { depth: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: rhn: depth is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
