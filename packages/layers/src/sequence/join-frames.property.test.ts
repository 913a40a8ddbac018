import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, input, tensor, type Value } from "@unroll/core";
import { nested, numbers } from "../../test/numbers.ts";
import { joinFrames } from "../index.ts";

const frames = (x: Parameters<typeof nested>[0]): number[][][] => nested(x) as number[][][];

test("frame i has the frames count i to count i + count - 1 of every sequence, and zeros behind its end", () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(lengths, fc.nat(2), fc.integer({ min: 1, max: 4 }), (lengths, padding, count) => {
      const [T, B, I] = [Math.max(...lengths) + padding, lengths.length, 2];
      const xs = numbers([T, B, I], 1);
      const joined = compile((xs: Value, lengths: Value) => joinFrames(xs, { count, lengths }))(
        xs,
        tensor(lengths, { dtype: "i32" }),
      );
      const at = (t: number, b: number): number[] => (t < lengths[b]! ? frames(xs)[t]![b]! : [0, 0]);
      const expected = Array.from({ length: Math.ceil(T / count) }, (_, i) =>
        lengths.map((_, b) => Array.from({ length: count }, (_, k) => at(count * i + k, b)).flat()),
      );
      expect(frames(joined.xs)).toEqual(expected);
      expect([...joined.lengths!.data]).toEqual(lengths.map((n) => Math.ceil(n / count)));
    }),
  );
});

test("without lengths all frames count, and there are no lengths", () => {
  const { xs } = compile((xs: Value) => ({ xs: joinFrames(xs).xs }))(tensor([[[1]], [[2]], [[3]]]));
  expect(frames(xs)).toEqual([[[1, 2]], [[3, 0]]]);
  expect(joinFrames(input({ dtype: "f32", shape: [3, 1, 1] })).lengths).toBeUndefined();
});

test("what is no count, and lengths that are none, are refused", () => {
  const xs = input({ dtype: "f32", shape: [3, 2, 1] }, "xs");
  expect(() => joinFrames(xs, { count: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: joinFrames: count is 0.
    Sizes are whole numbers from 1 on.]
  `);
  const lengths = input({ dtype: "f32", shape: [2] });
  expect(() => joinFrames(xs, { lengths })).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: joinFrames: the lengths are f32[2], not i32 [B].]`,
  );
});
