import { describe, expect, test } from "vitest";
import { input } from "../graph/graph.ts";
import { applyOp, type Op } from "../graph/node.ts";
import { add, mul, neg, sub } from "../ops/arithmetic.ts";
import { sigmoid } from "../ops/activations.ts";
import { matmul } from "../ops/matmul.ts";
import { take } from "../ops/take.ts";
import { gradient } from "../autodiff/gradient.ts";
import { sum } from "../ops/broadcast.ts";
import { f64, loop, planned } from "../../test/run-graph.ts";
import { bufferOf } from "../../test/views.ts";
import { printBody } from "./print-body.ts";
import { printProgram, printView } from "./print.ts";
import { Scalar } from "./scalar.ts";

describe("a program as text", () => {
  test("shows each call with its views, and each kernel once", () => {
    const [x, w, b] = [f64([5, 2], "x"), f64([2, 3], "w"), f64([3], "b")];
    const y = sigmoid(add(matmul(x, w), b));
    expect(printProgram(planned([x, w, b], [y, add(y, y)]))).toMatchInlineSnapshot(`
      "program of 5 calls, 4 kernels and 8 buffers of 94 elements
      inputs x{2,1}, w{3,1}, b{1}
       1 contract [5]x[2] . [2]x[3] matmul{3,1} = x{2,1} . w{3,1}    # matmul: x f64[5, 2], w f64[2, 3]
       2 copy b{0,1} -> broadcastTo{3,1}    # broadcastTo: b f64[3]
       3 map [15] r0 matmul{3,1}, r1 broadcastTo{3,1} -> w0 add{3,1}    # add: matmul f64[5, 3], broadcastTo f64[5, 3]
           w0 = r0 + r1
       4 map [15] r0 add{3,1} -> w0 sigmoid{3,1}    # sigmoid: add f64[5, 3]
           w0 = sigmoid(r0)
       5 map [15] r0 sigmoid{3,1}, r1 sigmoid{3,1} -> w0 add.2{3,1}    # add: sigmoid f64[5, 3], sigmoid f64[5, 3]
           body of 3
      outputs sigmoid{3,1}, add.2{3,1}"
    `);
  });

  test("shows reductions, tables and scatters", () => {
    const table = f64([9, 2], "table");
    const at = input({ dtype: "i32", shape: [4] }, "at");
    const rows = take(table, at);
    const dTable = gradient(sum(mul(rows, rows)), table);
    expect(printProgram(planned([table, at], [dTable]))).toMatchInlineSnapshot(`
      "program of 9 calls, 8 kernels and 10 buffers of 82 elements
      inputs table{2,1}, at{1}
       1 map [4, 2] r0 at{.,1,0}, r1 table{2,0,1} -> w0 take{.,2,1}    # take: table f64[9, 2], at i32[4]
           w0 = r1[r0]
       2 fill 1 -> full{}    # full
       3 copy full{.,.} -> reshape{.,.}    # reshape: full f64[] (backward of sum)
       4 copy reshape{0,0} -> broadcastTo{2,1}    # broadcastTo: reshape f64[1, 1] (backward of sum)
       5 map [8] r0 broadcastTo{2,1}, r1 take{2,1} -> w0 mul{2,1}    # mul: broadcastTo f64[4, 2], take f64[4, 2] (backward of mul)
           w0 = r0 * r1
       6 map [8] r0 broadcastTo{2,1}, r1 take{2,1} -> w0 mul.2{2,1}    # mul: broadcastTo f64[4, 2], take f64[4, 2] (backward of mul)
           body of 5
       7 map [8] r0 mul{2,1}, r1 mul.2{2,1} -> w0 add{2,1}    # add: mul f64[4, 2], mul f64[4, 2]
           w0 = r0 + r1
       8 fill 0 -> scatterAdd{2,1}    # scatterAdd: add f64[4, 2], at i32[4] (backward of take)
       9 scatterAdd [4] rows of [2] scatterAdd{2,1}[at{1}] += add{2,1}    # scatterAdd: add f64[4, 2], at i32[4] (backward of take)
      outputs scatterAdd{2,1}"
    `);
  });

  test("indents loops, whose views move", () => {
    const [start, xs] = [f64([2], "start"), f64([3, 2], "xs")];
    const [s, x] = [f64([2], "s"), f64([2], "x")];
    const outputs = loop([start, xs], {
      inputs: [s, x],
      outputs: [sub(s, x)],
      carries: 1,
      sequences: 1,
      length: 3,
      reverse: true,
    });
    expect(printProgram(planned([start, xs], outputs))).toMatchInlineSnapshot(`
      "program of 4 calls, 2 kernels and 5 buffers of 14 elements
      inputs start{1}, xs{2,1}
       1 copy start{1} -> loop{1}    # loop: start f64[2], xs f64[3, 2]
         loop t0 < 3, backwards    # loop: start f64[2], xs f64[3, 2]
         2 map [2] r0 loop{1}, r1 xs+4-2t0{1} -> w0 sub{1}    # sub: s f64[2], x f64[2]
             w0 = r0 - r1
         3 copy sub{1} -> next{1}    # loop: start f64[2], xs f64[3, 2]
         4 copy next{1} -> loop{1}    # loop: start f64[2], xs f64[3, 2]
         end
      outputs loop{1}"
    `);
  });

  test("shows calls of JavaScript", () => {
    const x = f64([2], "x");
    const op: Op<object> = {
      name: "sort",
      infer: ([type]) => [type!],
      lower: {
        kernels: ({ inputs, outputs }, to) => to.host(([given]) => [given!.data.sort()], inputs, outputs),
      },
    };
    expect(printProgram(planned([x], [neg(applyOp(op, [x], {})[0]!)]))).toMatchInlineSnapshot(`
      "program of 1 calls, 1 kernels and 3 buffers of 6 elements
      inputs x{1}
         host x{1} -> sort{1}    # sort: x f64[2]
       1 map [2] r0 sort{1} -> w0 neg{1}    # neg: sort f64[2]
           w0 = -r0
      outputs neg{1}"
    `);
  });
});

test("a view shows its offset, how it moves, and the strides of its axes", () => {
  const view = {
    buffer: bufferOf("f32", 99, "z"),
    offset: 4,
    axes: [
      [
        [2, 12],
        [3, -1],
      ],
      [],
      [[5, 0]],
    ] as const,
    steps: [
      { loop: 0, stride: 8 },
      { loop: 1, stride: -3, period: 2 },
    ],
  };
  expect(printView(view)).toBe("z+4+8t0-3(t1%2){12*-1,.,0}");
});

describe("a body as text", () => {
  const s = new Scalar();
  const [x, y] = [s.read(0, "f32"), s.read(1, "f32")];
  const print = (at: number): string[] => printBody(s.body.slice(0, at + 1), [{ name: "w0", at }]);

  test("is infix, with parentheses where expressions meet", () => {
    expect(print(s.multiply(s.add(x, y), s.negate(x)).at)).toEqual(["w0 = (r0 + r1) * (-r0)"]);
  });

  test("names what is used more than once", () => {
    const t = new Scalar();
    const difference = t.subtract(t.read(0, "f32"), t.read(1, "f32"));
    const { at } = t.multiply(difference, difference);
    expect(printBody(t.body, [{ name: "w0", at }])).toEqual(["s0 = r0 - r1", "w0 = s0 * s0"]);
  });

  test("writes functions, casts, coordinates and constants", () => {
    const t = new Scalar();
    const i = t.index(1);
    const near = t.readAt(2, "f32", t.add(i, t.constant("i32", 1)), { size: 3, stride: 1 });
    const chosen = t.select(t.less(t.cast(i, "f32"), near), t.exp(near), t.constant("f32", -0));
    expect(printBody(t.body, [{ name: "w0", at: t.pow(chosen, t.constant("f32", Infinity)).at }])).toEqual([
      "s0 = r2[i1 + 1]",
      "w0 = pow(select(f32(i1) < s0, exp(s0), -0), Infinity)",
    ]);
  });

  test("names accumulators by what joins them", () => {
    expect(printBody([{ op: "read", operand: 0 }], [{ name: "acc0", by: "sum", at: 0 }])).toEqual([
      "acc0 = sum(r0)",
    ]);
  });
});
