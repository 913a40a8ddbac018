import { describe, expect, test } from "vitest";
import { f64, numbers } from "../../test/numbers.ts";
import { plan } from "../compiler/plan/plan.ts";
import { gradient } from "../autodiff/gradient.ts";
import { graph, input } from "../graph/graph.ts";
import { sum } from "./broadcast.ts";
import { conv1d, conv2d } from "./convolution.ts";
import { matmul } from "./matmul.ts";
import { reshape } from "./reshape.ts";

const image = input({ dtype: "f32", shape: [2, 5, 6, 3] }, "image");
const each = input({ dtype: "f32", shape: [3, 2, 1, 3] }, "w");
const filter = input({ dtype: "f32", shape: [3, 2, 3, 4] }, "w");

describe("conv1d", () => {
  const xs = f64([[1], [10], [100], [1000]]);
  const w = f64([[[1]], [[2]]]);

  test("is the sum over a kernel that is not flipped", () => {
    expect(numbers(conv1d(xs, w))).toEqual([21, 210, 2100]);
    expect(numbers(conv1d(xs, w, { stride: 2 }))).toEqual([21, 2100]);
    expect(numbers(conv1d(xs, w, { dilation: 2 }))).toEqual([201, 2010]);
  });

  test("pads with zeros: both ends, each end, or as much as keeps the length", () => {
    expect(numbers(conv1d(xs, w, { padding: 1 }))).toEqual([2, 21, 210, 2100, 1000]);
    expect(numbers(conv1d(xs, w, { padding: [1, 0] }))).toEqual([2, 21, 210, 2100]);
    expect(numbers(conv1d(xs, w, { padding: "same" }))).toEqual([21, 210, 2100, 1000]);
    expect(conv1d(xs, w, { padding: "same", stride: 3 }).shape).toEqual([2, 1]);
  });

  test("moves along time when the axis is 0", () => {
    const two = f64([
      [[1], [5]],
      [[10], [50]],
      [[100], [500]],
    ]);
    expect(numbers(conv1d(two, w, { axis: 0 }))).toEqual([21, 105, 210, 1050]);
    const sequence = input({ dtype: "f32", shape: [7, 2, 3] });
    expect(conv1d(sequence, input({ dtype: "f32", shape: [3, 3, 4] }), { axis: 0 }).shape).toEqual([5, 2, 4]);
    expect(() =>
      conv1d(sequence, input({ dtype: "f32", shape: [3, 3, 4] }), { axis: -1 }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv1d: f32[7, 2, 3] and f32[3, 3, 4]: axis -1 is that of the channels.]`,
    );
  });
});

describe("conv2d", () => {
  test("moves over height and width, whatever stands in front", () => {
    expect(conv2d(image, filter).shape).toEqual([2, 3, 5, 4]);
    expect(conv2d(image, filter, { padding: "same" }).shape).toEqual([2, 5, 6, 4]);
    expect(conv2d(image, filter, { stride: [2, 1], padding: [1, [0, 3]] }).shape).toEqual([2, 3, 8, 4]);
    expect(conv2d(reshape(image, [1, 2, 5, 6, 3]), filter).shape).toEqual([1, 2, 3, 5, 4]);
    expect(conv2d(reshape(image, [10, 6, 3]), filter).shape).toEqual([8, 5, 4]);
  });

  test("with a kernel of one entry is a product of matrices", () => {
    const x = f64([
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
    ]);
    const w = f64([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(numbers(conv2d(x, reshape(w, [1, 1, 2, 3])))).toEqual(numbers(matmul(x, w)));
  });

  test("with as many groups as channels has a kernel for each", () => {
    const x = f64([
      [
        [1, 10],
        [2, 20],
      ],
    ]);
    const w = f64([[[[1, 2]], [[3, 4]]]]);
    expect(numbers(conv2d(x, w, { groups: 2 }))).toEqual([1 + 6, 20 + 80]);
    const program = plan(graph([image, each], [conv2d(image, each, { groups: 3 })]), { checks: "none" });
    expect(program.kernels.map(({ form }) => form)).toEqual(["reduce"]);
  });

  test("is a product with a view of its operand, and so is the gradient of the kernel", () => {
    const y = conv2d(image, filter);
    const { statements, kernels, buffers } = plan(graph([image, filter], [y]), { checks: "none" });
    expect(statements.map((one) => one.kind === "call" && kernels[one.kernel]!.form)).toEqual(["contract"]);
    expect(buffers.map(({ role }) => role)).toEqual(["input", "input", "output"]);
    const dw = gradient(sum(conv2d(image, filter)), filter);
    const forms = plan(graph([image, filter], [dw]), { checks: "none" }).kernels.map(({ form }) => form);
    expect(forms).toContain("contract");
    const copied = plan(graph([image, filter], [dw]), { checks: "none" }).buffers.filter(
      ({ size }) => size > 2 * 5 * 6 * 3,
    );
    expect(copied).toEqual([]);
  });

  test("refuses a kernel that does not fit", () => {
    const large = input({ dtype: "f32", shape: [7, 2, 3, 4] }, "w");
    expect(() => conv2d(image, large)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d: image f32[2, 5, 6, 3] and w f32[7, 2, 3, 4]: a window of 7 does not fit on axis 1, which has 5 entries with its padding.
      Make the window smaller, or pad by 2 or more.]
    `);
    expect(conv2d(image, large, { padding: [1, 0] }).shape).toEqual([2, 1, 5, 4]);
    expect(() => conv2d(image, input({ dtype: "f32", shape: [0, 2, 3, 4] }, "w")))
      .toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d: image f32[2, 5, 6, 3] and w f32[0, 2, 3, 4]: the size on axis 1 is 0.
      It is a whole number from 1 on.]
    `);
  });

  test("refuses channels that do not fit", () => {
    const first = input({ dtype: "f32", shape: [2, 3, 5, 6] }, "image");
    expect(() => conv2d(first, filter)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d: image f32[2, 3, 5, 6] and w f32[3, 2, 3, 4]: x has 6 channels and the kernel takes 3.
      Channels are the last axis: transpose(x, order).]
    `);
    expect(() => conv2d(image, filter, { groups: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: image f32[2, 5, 6, 3] and w f32[3, 2, 3, 4]: x has 3 channels, and 2 groups of the kernel take 3 each.]`,
    );
    expect(() => conv2d(image, filter, { groups: 3 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: image f32[2, 5, 6, 3] and w f32[3, 2, 3, 4]: 4 channels of the result do not make 3 groups.]`,
    );
  });

  test("refuses operands without the axes", () => {
    expect(() => conv2d(reshape(image, [60, 3]), filter)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: reshape f32[60, 3] and w f32[3, 2, 3, 4]: x is not [..., H, W, C].]`,
    );
    expect(() => conv2d(image, reshape(filter, [6, 3, 4]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: image f32[2, 5, 6, 3] and reshape f32[6, 3, 4]: w is not [kh, kw, C, O].]`,
    );
    expect(() => conv1d(image, filter)).toThrow("w is not [k, C, O]");
  });

  test("refuses numbers that are none", () => {
    expect(() => conv2d(image, filter, { stride: 0 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d: image f32[2, 5, 6, 3] and w f32[3, 2, 3, 4]: the stride on axis 1 is 0.
      It is a whole number from 1 on.]
    `);
    expect(() => conv2d(image, filter, { dilation: [1, 1.5] })).toThrow("the dilation on axis 2 is 1.5.");
    expect(() => conv2d(image, filter, { padding: -1 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d: image f32[2, 5, 6, 3] and w f32[3, 2, 3, 4]: the padding on axis 1 is -1.
      It is a whole number from 0 on, [before, after], or "same".]
    `);
  });
});
