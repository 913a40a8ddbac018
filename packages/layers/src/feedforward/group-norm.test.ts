import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, input, type Value, type Values } from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import { groupNorm, init, layerNorm } from "../index.ts";

const layer = groupNorm(6, 3, { epsilon: 0.01 });
type P = Values<typeof layer.params>;
const given = { gain: numbers([6], "gain"), bias: numbers([6], "bias") };
const image = numbers([2, 3, 4, 6], "image");

test("every group of an image has mean 0 and variance 1, over its channels and all places", () => {
  const y = compile((p: P, x: Value) => layer.apply(p, x))(given, image);
  // Element i belongs to image floor(i / 72) and channel i mod 6.
  const groupOf = (i: number): string => `${Math.floor(i / 72)} ${Math.floor((i % 6) / 2)}`;
  const members = Map.groupBy(image.data.keys(), groupOf);
  const expected = Array.from(image.data, (x, i) => {
    const group = members.get(groupOf(i))!.map((j) => image.data[j]!);
    const mean = group.reduce((sum, one) => sum + one, 0) / 24;
    const variance = group.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 24;
    return (given.gain.data[i % 6]! * (x - mean)) / Math.sqrt(variance + 0.01) + given.bias.data[i % 6]!;
  });
  expect(distance(y.data, expected)).toBeLessThan(1e-13);
});

test("one group of a sequence's channels is layer normalization", () => {
  const [one, whole] = [groupNorm(6, 1, { axis: [] }), layerNorm(6)];
  const xs = numbers([3, 2, 6], "xs");
  const run = compile((p: P, x: Value) => [one.apply(p, x), whole.apply(p, x)] as const);
  const [y, expected] = run(given, xs);
  expect([...y.data]).toEqual([...expected.data]);
});

test("it starts with gain 1 and bias 0", () => {
  const { gain, bias } = init(layer.params, 1);
  expect([...gain.data, ...bias.data]).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
});

test("its gradient is that of differences", () => {
  checkGradient((p: P, x: Value) => layer.apply(p, x), [given, numbers([2, 2, 3, 6], "small")], { order: 2 });
});

test("a sequence without axes is refused: time and batch are not to be mixed", () => {
  const p = { gain: input({ dtype: "f32", shape: [6] }), bias: input({ dtype: "f32", shape: [6] }) };
  const xs = input({ dtype: "f32", shape: [3, 2, 6] });
  expect(() => layer.apply(p, xs)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: groupNorm: x f32[3, 2, 6] is no batch of images [B, H, W, C].
    For a sequence pass { axis: [] }, for one image { axis: [0, 1] }.]
  `);
  expect(() => groupNorm(6, 3, { axis: [-1] }).apply(p, xs)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: groupNorm: -1 is none of the axes of x f32[3, 2, 6] in front of its channels.
    Leave out the channels: a group of them is taken together anyhow.]
  `);
});

test("groups that do not divide the channels are refused, and sizes that are none", () => {
  expect(() => groupNorm(6, 4)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: groupNorm: 4 groups do not divide 6 channels.]`,
  );
  expect(() => groupNorm(6, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: groupNorm: groups is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
