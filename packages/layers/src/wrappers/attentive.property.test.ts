import { checkCell } from "@unroll/testing/cells";
import { describe, expect, test } from "vitest";
import {
  compile,
  constant,
  gradient,
  input,
  tensor,
  type Tensor,
  type Value,
  type Values,
} from "@unroll/core";
import { matrix, nested, numbers } from "../../test/numbers.ts";
import { lossOf, someState } from "../../test/runs.ts";
import { H } from "../../test/sample-cells.ts";
import { cut, expectSame, mapTensors } from "../../test/trees.ts";
import {
  additiveScore,
  attentive,
  dotScore,
  gru,
  init,
  lstm,
  paramsOf,
  rnn,
  stackCells,
  unroll,
} from "../index.ts";

const f64 = { dtype: "f64" } as const;
const [B, S, D, K] = [2, 3, 5, 2];

const additive = additiveScore(H, D, K);
const dot = dotScore();

const decoder = attentive(gru(1 + D, H), { query: ({ h }) => h, score: additive });
type P = Values<typeof decoder.params>;
type State = Values<typeof decoder.state>;

const annotations = numbers([S, B, D], "annotations");
const params = init(decoder.params, 1, f64);
const start = someState(decoder, B, 1);

test("weights are the softmax of the scores of the state before, and the context goes in beside x", () => {
  const x = numbers([B, 1], "x");
  const [, { weights, context, y }] = compile((p: P, s: State, a: Value, x: Value) =>
    decoder.over(a).step(p, s, x),
  )(params, start, annotations, x);
  const { wq, wk, v } = params.score;
  for (let b = 0; b < B; b++) {
    const rows = (nested(annotations) as number[][][]).map((entry) => entry[b]!);
    const project = (row: readonly number[], by: Tensor, k: number): number =>
      row.reduce((sum, one, i) => sum + one * matrix(by)[i]![k]!, 0);
    const scores = rows.map((row) =>
      [0, 1].reduce(
        (sum, k) => sum + v.data[k]! * Math.tanh(project(matrix(start.h)[b]!, wq, k) + project(row, wk, k)),
        0,
      ),
    );
    const total = scores.reduce((sum, e) => sum + Math.exp(e), 0);
    const expected = scores.map((e) => Math.exp(e) / total);
    const read = [0, 1, 2, 3, 4].map((d) => rows.reduce((sum, row, s) => sum + expected[s]! * row[d]!, 0));
    expect(matrix(weights)[b]).toEqual(expected.map((a) => expect.closeTo(a, 14)));
    expect(matrix(context)[b]).toEqual(read.map((c) => expect.closeTo(c, 14)));
  }
  // What the cell makes of x and the context is what it makes of them side by side.
  const both = tensor(
    [0, 1].map((b) => [...matrix(x)[b]!, ...matrix(context)[b]!]),
    f64,
  );
  const inner = gru(1 + D, H);
  const [, plain] = compile((p: P["cell"], s: State, x: Value) => inner.step(p, s, x))(
    params.cell,
    start,
    both,
  );
  expectSame(y, plain);
});

test("of a padded batch each sequence reads its own annotations, in values and gradients", () => {
  const lengths = [3, 1, 0];
  const notes = numbers([4, 3, D], "notes");
  const xs = numbers([2, 3, 1], "xs");
  const start = someState(decoder, 3, 1);
  const loss = (p: P, s: State, a: Value, xs: Value, lengths?: Value) => {
    const [last, ys] = unroll(decoder.over(a, { lengths }), p, s, xs);
    return { last, ys, da: gradient(lossOf({ last, y: ys.y, context: ys.context }), a) };
  };
  const together = compile((p: P, s: State, a: Value, xs: Value, n: Value) => loss(p, s, a, xs, n))(
    params,
    start,
    notes,
    xs,
    tensor(lengths, { dtype: "i32" }),
  );
  const alone = compile((p: P, s: State, a: Value, xs: Value) => loss(p, s, a, xs));
  lengths.forEach((length, b) => {
    const row = <T>(tree: T, axis: number): T => mapTensors(tree, (x) => cut(x, axis, b, b + 1));
    const rest = cut(row(together.da, 1), 0, length, 4);
    expect([...rest.data].every((d) => d === 0)).toBe(true);
    const weights = cut(row(together.ys.weights, 1), 2, length, 4);
    expect([...weights.data].every((a) => a === 0)).toBe(true);
    if (length === 0) return expect(new Set(row(together.ys.context, 1).data)).toEqual(new Set([0]));
    const one = alone(params, row(start, 0), cut(row(notes, 1), 0, 0, length), row(xs, 1));
    expectSame(row(together.last, 0), one.last);
    expectSame(row(cut(together.da, 0, 0, length), 1), one.da);
    expectSame(row(together.ys.y, 1), one.ys.y);
  });
});

test("annotations may be what an encoder of the same graph gives", () => {
  const model = { encoder: lstm(2, D), decoder };
  const run = compile(
    (
      p: Values<ReturnType<typeof paramsOf<typeof model>>>,
      e: Values<typeof model.encoder.state>,
      s: State,
      xs: Value,
      ys: Value,
    ) => {
      const [, hs] = unroll(model.encoder, p.encoder, e, xs);
      const [, { y }] = unroll(decoder.over(hs), p.decoder, s, ys);
      return gradient(lossOf(y), p);
    },
  );
  const d = run(
    init(paramsOf(model), 1, f64),
    someState(model.encoder, B, 1),
    start,
    numbers([S, B, 2], "xs"),
    numbers([2, B, 1], "ys"),
  );
  expect(d.encoder.wx.data.every((one) => one !== 0)).toBe(true);
});

test("what the score makes of the annotations alone is computed once, ahead of all steps", () => {
  const run = compile((p: P, s: State, a: Value, xs: Value) => unroll(decoder.over(a), p, s, xs)[1].y);
  run(params, start, annotations, numbers([4, B, 1], "xs"));
  const [, program] = run.explain().split("program of");
  const [ahead, loop] = program!.split(/^ *loop/m);
  expect(ahead).toMatch(/contract .*p\.score\.wk/);
  expect(loop).not.toMatch(/contract .*p\.score\.wk/);
});

test("lengths that are none are refused", () => {
  const lengths = input({ dtype: "f32", shape: [B] });
  expect(() => decoder.over(constant(annotations), { lengths })).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: attentive: the lengths are f32[2], not i32 [B].]`,
  );
});

describe("in checkCell", () => {
  // The same annotations for all sequences: a row of the batch is to depend on its own state and input alone.
  const fixed = constant(annotations);
  test("gru, additive", () => checkCell(decoder.over(fixed), { inputs: 1, batch: B, dtype: "f64" }));
  test("lstm and rnn, dot", () => {
    const ofLstm = attentive(lstm(2 + D, D), { query: ({ c }) => c, score: dot });
    checkCell(ofLstm.over(fixed, { lengths: constant(tensor([1, 3], { dtype: "i32" })) }), {
      inputs: 2,
      batch: B,
      dtype: "f64",
    });
    checkCell(attentive(rnn(2 + D, D), { query: ({ h }) => h, score: dot }).over(fixed), {
      inputs: 2,
      batch: B,
      dtype: "f64",
    });
  });
  test("stack", () => {
    const stack = attentive(stackCells(lstm(1 + D, 2), gru(2, D)), { query: ([, { h }]) => h, score: dot });
    checkCell(stack.over(fixed), { inputs: 1, batch: B, dtype: "f64" });
  });
});
