import { describe, expect, test } from "vitest";
import { IndexError, NonFiniteError } from "../../tensor/error.ts";
import { tensor, type Numbers, type Tensor } from "../../tensor/tensor.ts";
import { input } from "../../graph/graph.ts";
import { applyOp, type Op, type Value } from "../../graph/node.ts";
import { add, div, mul, sqrt } from "../../ops/arithmetic.ts";
import { full } from "../../ops/full.ts";
import { matmul } from "../../ops/matmul.ts";
import { take } from "../../ops/take.ts";
import { gradient } from "../../autodiff/gradient.ts";
import { sum } from "../../ops/broadcast.ts";
import { where } from "../../ops/where.ts";
import { computed, f64, loop, planned } from "../../../test/run-graph.ts";
import { reference } from "./index.ts";

const f = (data: Numbers): Tensor => tensor(data, { dtype: "f64" });
const i = (data: Numbers): Tensor => tensor(data, { dtype: "i32" });
const i32 = (shape: readonly number[], label: string): Value => input({ dtype: "i32", shape }, label);

describe("checks: indices", () => {
  const [table, x] = [f64([3, 2], "params.embed.table"), i32([2], "x")];
  const rows = f([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const look = (indices: Numbers, checks: "none" | "indices" | "finite", outputs = [take(table, x)]) =>
    computed([table, x], outputs, [rows, i(indices)], checks)[0]!;

  test("an index outside of its axis stops the run, and names the op, the index and the operands", () => {
    expect(() => look([0, 3], "indices")).toThrowErrorMatchingInlineSnapshot(`
      [IndexError: take: params.embed.table f64[3, 2], x i32[2]: index 3 is outside of an axis of size 3.
      Indices run from 0 to 2; -1 means none, and reads 0.]
    `);
    expect(() => look([-2, 0], "finite")).toThrow(IndexError);
  });

  test("-1 means none, and reads 0", () => {
    expect([...look([-1, 2], "indices").data]).toEqual([0, 0, 5, 6]);
  });

  test("without checks every index outside reads 0", () => {
    expect([...look([7, -9], "none").data]).toEqual([0, 0, 0, 0]);
  });

  test("rows that are added at an index are looked at, too", () => {
    const dTable = gradient(sum(take(table, x)), table);
    expect([...look([1, -1], "indices", [dTable]).data]).toEqual([0, 0, 1, 1, 0, 0]);
    expect(() => look([1, 5], "indices", [dTable])).toThrowErrorMatchingInlineSnapshot(`
      [IndexError: scatterAdd: broadcastTo f64[2, 2], x i32[2] (backward of take): index 5 is outside of an axis of size 3.
      Indices run from 0 to 2; -1 means none, and reads 0.]
    `);
  });

  test("an axis without elements has no index", () => {
    const none = f64([0, 2], "none");
    const run = () => computed([none, x], [take(none, x)], [f([]), i([0, 0])], "indices");
    expect(run).toThrowErrorMatchingInlineSnapshot(`
      [IndexError: take: none f64[0, 2], x i32[2]: index 0 is outside of an axis of size 0.
      The axis has no elements; -1 means none, and reads 0.]
    `);
  });

  test("inside of loops the error names the step", () => {
    const xs = i32([2, 3, 1], "xs");
    const [row, at] = [i32([3, 1], "row"), i32([1], "at")];
    const t = f64([3, 2], "t");
    const inner = loop([row, t], {
      inputs: [at, t],
      outputs: [take(t, at)],
      carries: 0,
      sequences: 1,
      length: 3,
      reverse: true,
    });
    const outer = loop([xs, table], {
      inputs: [row, t],
      outputs: inner,
      carries: 0,
      sequences: 1,
      length: 2,
    });
    const run = (bad: number) =>
      computed(
        [xs, table],
        outer,
        [
          i([
            [[0], [0], [0]],
            [[bad], [0], [0]],
          ]),
          rows,
        ],
        "indices",
      );
    expect(run(2)[0]!.shape).toEqual([2, 3, 1, 2]);
    expect(() => run(3)).toThrowErrorMatchingInlineSnapshot(`
      [IndexError: take: t f64[3, 2], at i32[1]: index 3 is outside of an axis of size 3, at step 0 of loop in step 1 of loop.
      Indices run from 0 to 2; -1 means none, and reads 0.]
    `);
  });

  test("a program can be run again after an error", () => {
    const [xs, at, t] = [i32([3, 1], "xs"), i32([1], "at"), f64([3, 2], "t")];
    const attrs = { inputs: [at, t], outputs: [take(t, at)], carries: 0, sequences: 1, length: 3 };
    const { run } = reference().load(planned([xs, table], loop([xs, table], attrs), "indices"));
    expect(() => run([i([[0], [3], [0]]), rows])).toThrow("at step 1 of loop");
    expect([...run([i([[0], [1], [2]]), rows])[0]!.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(() => run([i([[0], [0], [3]]), rows])).toThrow("at step 2 of loop");
  });
});

describe("checks: finite", () => {
  const [x, y] = [f64([2, 2], "x"), f64([2, 2], "y")];
  const run = (output: Value, a: Numbers, b: Numbers, checks: "indices" | "finite" = "finite") =>
    computed([x, y], [output], [f(a), f(b)], checks)[0]!;
  const ones = [
    [1, 1],
    [1, 1],
  ];

  test("the first number that is not finite stops the run, with its place and what it is made of", () => {
    expect(() =>
      run(
        add(div(x, y), x),
        [
          [1, 2],
          [3, 4],
        ],
        [
          [1, 1],
          [0, 1],
        ],
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `[NonFiniteError: div: x f64[2, 2], y f64[2, 2]: the result at [1, 0] is Infinity, of 3 and 0.]`,
    );
    expect(() =>
      run(
        sqrt(x),
        [
          [0, -4],
          [1, 1],
        ],
        ones,
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `[NonFiniteError: sqrt: x f64[2, 2]: the result at [0, 1] is NaN, of -4.]`,
    );
  });

  test("checks: indices let it pass", () => {
    expect([
      ...run(
        div(x, y),
        ones,
        [
          [0, 1],
          [1, 1],
        ],
        "indices",
      ).data,
    ]).toEqual([Infinity, 1, 1, 1]);
  });

  test("what came in is not to blame, point by point", () => {
    expect([
      ...run(
        add(x, y),
        [
          [-Infinity, 1],
          [NaN, 1],
        ],
        ones,
      ).data,
    ]).toEqual([-Infinity, 2, NaN, 2]);
    expect(() =>
      run(
        div(x, y),
        [
          [-Infinity, 1],
          [1, 1],
        ],
        [
          [1, 1],
          [0, 1],
        ],
      ),
    ).toThrow("at [1, 0] is Infinity, of 1 and 0");
  });

  test("masks of -Infinity are meant", () => {
    const mask = where(full(1, { dtype: "bool", shape: [2, 2] }), full(-Infinity, x.type), x);
    expect([...run(mask, ones, ones).data]).toEqual([-Infinity, -Infinity, -Infinity, -Infinity]);
  });

  test("sums and products of finite numbers that overflow are found", () => {
    const large = [
      [1e308, 1e308],
      [1, 1],
    ];
    expect(() => run(sum(x, { axis: 1 }), large, ones)).toThrowErrorMatchingInlineSnapshot(
      `[NonFiniteError: sum: x f64[2, 2]: the result at [0, 0] is Infinity, of finite operands.]`,
    );
    expect(() =>
      run(matmul(x, y), large, [
        [1, 10],
        [1, 0],
      ]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[NonFiniteError: matmul: x f64[2, 2], y f64[2, 2]: the result at [0, 0] is Infinity, of finite operands.]`,
    );
    expect([
      ...run(
        matmul(x, y),
        [
          [Infinity, 1],
          [1, 1],
        ],
        ones,
      ).data,
    ]).toEqual([Infinity, Infinity, 2, 2]);
  });

  test("inside of loops the error names the step", () => {
    const [a, xs] = [f64([], "a"), f64([3], "xs")];
    const [s, e] = [f64([], "s"), f64([], "e")];
    const forward = loop([a, xs], {
      inputs: [s, e],
      outputs: [mul(s, e)],
      carries: 1,
      sequences: 1,
      length: 3,
    });
    const run = () => computed([a, xs], forward, [f(1e200), f([1, 1e200, 1])], "finite");
    expect(run).toThrow(NonFiniteError);
    expect(run).toThrowErrorMatchingInlineSnapshot(
      `[NonFiniteError: mul: s f64[], e f64[]: the result is Infinity, of 1e+200 and 1e+200, at step 1 of loop.]`,
    );
  });

  test("functions in JavaScript are looked at, unless they make floats of none", () => {
    const op: Op<object> = {
      name: "broken",
      infer: ([x]) => [{ dtype: "f64", shape: x!.shape }],
      lower: {
        kernels: ({ inputs, outputs }, to) => to.host(() => [Float64Array.of(1, NaN)], inputs, outputs),
      },
    };
    const apply = (x: Value, given: Tensor) => computed([x], applyOp(op, [x], {}), [given], "finite");
    expect([...apply(i32([2], "i"), i([1, 2]))[0]!.data]).toEqual([1, NaN]);
    expect(() => apply(f64([2], "x"), f([1, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[NonFiniteError: broken: x f64[2]: the result at [1] is NaN, of finite operands.]`,
    );
  });

  test("tables are looked at as a whole", () => {
    const at = i32([1], "at");
    const table = f64([2], "table");
    const [y] = computed([table, at], [take(table, at)], [f([NaN, 1]), i([0])], "finite");
    expect([...y!.data]).toEqual([NaN]);
  });
});

test("what was found is told in numbers, too", () => {
  const [a, xs] = [f64([2], "a"), f64([3, 2], "xs")];
  const [s, e] = [f64([2], "s"), f64([2], "e")];
  const attrs = { inputs: [s, e], outputs: [mul(s, e)], carries: 1, sequences: 1, length: 3, reverse: true };
  const outputs = loop([a, xs], attrs);
  const given = [
    f([1, 1e200]),
    f([
      [1, 1],
      [2, 1e150],
      [1, 3],
    ]),
  ];
  const error = (() => {
    try {
      return computed([a, xs], outputs, given, "finite");
    } catch (thrown) {
      return thrown;
    }
  })();
  if (!(error instanceof NonFiniteError)) throw new Error("nothing was found");
  const { value, at, steps, operands } = error.found;
  expect({ value, at, step: steps.map(({ op, step }) => [op, step]) }).toEqual({
    value: Infinity,
    at: [1],
    step: [["loop", 1]],
  });
  expect(operands.map(({ name, tensor }) => [name, ...tensor.data])).toEqual([
    ["loop", 1, 3e200],
    ["xs", 2, 1e150],
  ]);
});
