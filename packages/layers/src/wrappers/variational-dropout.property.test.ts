import { checkCell } from "@unroll/testing/cells";
import { describe, expect, test } from "vitest";
import {
  compile,
  concat,
  evaluate,
  flatten,
  fromArray,
  matmul,
  mul,
  randomKey,
  tanh,
  tensor,
  type Tensor,
  type Value,
  type Values,
} from "@unroll/core";
import { matrix, nested, numbers } from "../../test/numbers.ts";
import { plainGru, plainLstm, plainRnn } from "../../test/plain-cells.ts";
import { someState } from "../../test/runs.ts";
import { cells, H, I } from "../../test/sample-cells.ts";
import { stepOf, trainedRun } from "../../test/steps.ts";
import { expectSame, mapTensors } from "../../test/trees.ts";
import {
  cell,
  gru,
  init,
  initialState,
  lstm,
  param,
  redraw,
  rnn,
  stackCells,
  state,
  uniform,
  variationalDropout,
  type Cell,
  type VariationalState,
} from "../index.ts";

const f64 = { dtype: "f64" } as const;
const rates = { input: { size: I, rate: 0.25 }, state: { h: 0.5 } } as const;

/** Masks of two sequences, as numbers. */
const masks = {
  input: tensor([0, 4 / 3, 4 / 3, 4 / 3, 0, 0], { ...f64, shape: [2, I] }),
  h: tensor([2, 0, 2, 0, 0, 2, 2, 0], { ...f64, shape: [2, H] }),
};

/** `m w` for a row of inputs: what multiplying the inputs by m does, seen from the weights. */
const masked = (m: readonly number[], w: Tensor): readonly (readonly number[])[] =>
  matrix(w).map((row, i) => row.map((one) => m[i]! * one));

/** The weights that each sequence would have to have for its masks to be in them. */
function weightsOf(p: Readonly<Record<"wx" | "wh" | "b", Tensor>>, b: number) {
  return {
    wx: masked(matrix(masks.input)[b]!, p.wx),
    wh: masked(matrix(masks.h)[b]!, p.wh),
    b: [...p.b.data],
  };
}

describe("with a key, masks stand before the weights and nowhere else", () => {
  const xs = numbers([3, 2, I], 1);
  const rowsOf = (x: Tensor, b: number): number[][] => (nested(x) as number[][][]).map((step) => step[b]!);
  const rows = (b: number): number[][] => rowsOf(xs, b);

  /** The outputs of a sequence of three steps, per sequence of the batch. */
  function outputs(wrapped: Cell<unknown, unknown>, params: unknown, start: object): number[][][] {
    const from = { cell: start, masks: { input: masks.input, state: { h: masks.h } } };
    const { ys } = trainedRun(wrapped)(params, from, xs, randomKey(1));
    return [0, 1].map((b) => rowsOf(ys, b));
  }
  const expectNear = (got: number[][], expected: readonly (readonly number[])[]): void =>
    expect(got.flat()).toEqual(expected.flat().map((x) => expect.closeTo(x, 13)));

  test("rnn", () => {
    const inner = rnn(I, H);
    const [p, start] = [init(inner.params, 1, f64), someState(inner, 2, 1)];
    outputs(variationalDropout(inner, rates), p, start).forEach((got, b) =>
      expectNear(got, plainRnn(weightsOf(p, b), matrix(start.h)[b]!, rows(b))),
    );
  });

  test("lstm", () => {
    const inner = lstm(I, H);
    const [p, start] = [init(inner.params, 1, f64), someState(inner, 2, 1)];
    outputs(variationalDropout(inner, rates), p, start).forEach((got, b) => {
      const from = { h: matrix(start.h)[b]!, c: matrix(start.c)[b]! };
      expectNear(
        got,
        plainLstm(weightsOf(p, b), from, rows(b)).map(({ h }) => h),
      );
    });
  });

  test.each(["before", "after"] as const)("gru with the reset gate %s the product", (reset) => {
    const inner = gru(I, H, { reset });
    const [p, start] = [init(inner.params, 1, f64), someState(inner, 2, 1)];
    outputs(variationalDropout(inner, rates), p, start).forEach((got, b) => {
      const bn = p.bn && [...p.bn.data];
      expectNear(got, plainGru(weightsOf(p, b), matrix(start.h)[b]!, rows(b), bn));
    });
  });

  test("a cell that puts input and state together first", () => {
    const joined = cell({
      params: { w: param([I + H, H], uniform(1)) },
      state: { h: state(H) },
      step({ w }, { h }, x) {
        const next = tanh(matmul(concat([x, h]), w));
        return [{ h: next }, next];
      },
    });
    const [p, start] = [init(joined.params, 1, f64), someState(joined, 2, 1)];
    const [wx, wh] = [matrix(p.w).slice(0, I), matrix(p.w).slice(I)];
    const apart = (w: readonly (readonly number[])[]): Tensor =>
      tensor(w.flat(), { ...f64, shape: [w.length, H] });
    const bias = tensor([0, 0, 0, 0], f64);
    outputs(variationalDropout(joined, rates), p, start).forEach((got, b) => {
      const weights = weightsOf({ wx: apart(wx), wh: apart(wh), b: bias }, b);
      expectNear(got, plainRnn(weights, matrix(start.h)[b]!, rows(b)));
    });
  });
});

describe("masks", () => {
  const dropped = variationalDropout(lstm(100, 100), {
    input: { size: 100, rate: 0.25 },
    state: { h: 0.5 },
  });
  const draw = compile((key: Value) => {
    const options = { batch: 3, ...f64 };
    return { s: initialState(dropped.state, { ...options, key }), key };
  });

  test("are 0 or 1 / (1 - rate) as often as the rate says, of each sequence others", () => {
    const { input, state } = draw(randomKey(1)).s.masks;
    for (const [mask, rate] of [
      [input!, 0.25],
      [state.h!, 0.5],
    ] as const) {
      expect(new Set(mask.data)).toEqual(new Set([0, 1 / (1 - rate)]));
      const zeros = mask.data.filter((m) => m === 0).length;
      expect(Math.abs(zeros - 300 * rate)).toBeLessThan(5 * Math.sqrt(300 * rate * (1 - rate)));
      expect(mask.data.slice(0, 100)).not.toEqual(mask.data.slice(100, 200));
    }
    expect(state.c).toBeUndefined();
  });

  test("are ones without a key", () => {
    const { masks } = evaluate(initialState(dropped.state, { batch: 1, ...f64 }));
    expect(new Set([...masks.input!.data, ...masks.state.h!.data])).toEqual(new Set([1]));
  });

  test("do not change along a sequence, and redraw draws them and nothing else", () => {
    type S = Values<typeof dropped.state>;
    const first = draw(randomKey(1)).s;
    const params = init(dropped.params, 1, f64);
    const { last } = trainedRun(dropped)(params, first, numbers([2, 3, 100], 1), randomKey(2));
    expectSame((last as typeof first).masks, first.masks);
    const again = compile((s: S, key: Value) => ({ s: redraw(dropped.state, s, key), key }))(
      last as typeof first,
      randomKey(9),
    ).s;
    expectSame(again.cell, (last as typeof first).cell);
    expect([...again.masks.input!.data]).not.toEqual([...first.masks.input!.data]);
    expect([...again.masks.state.h!.data]).not.toEqual([...first.masks.state.h!.data]);
  });
});

test("without a key the masks are ignored", () => {
  const inner = gru(I, H);
  const given = [init(inner.params, 1, f64), someState(inner, 2, 1), numbers([2, I], 1)] as const;
  const from = { cell: given[1], masks: { input: masks.input, state: { h: masks.h } } };
  const { next, y } = stepOf<{ readonly cell: object }>(variationalDropout(inner, rates)).evaluated(
    given[0],
    from,
    given[2],
  );
  const plain = stepOf(inner).evaluated(...given);
  expectSame({ next: next.cell, y }, plain);
});

test("masks of ones, as a rate of 0 draws them, change nothing", () => {
  const inner = stackCells(lstm(I, 2), gru(2, H));
  const wrapped = variationalDropout(inner, { input: { size: I, rate: 0 }, state: [{ h: 0 }, { h: 0 }] });
  const drawn = compile((key: Value) => ({ s: initialState(wrapped.state, { batch: 2, ...f64, key }), key }));
  const { s } = drawn(randomKey(1));
  expectSame(
    s.masks,
    mapTensors(s.masks, ({ type, data }) =>
      fromArray(
        type,
        data.map(() => 1),
      ),
    ),
  );
  const given = [init(inner.params, 1, f64), numbers([2, I], 1)] as const;
  const { next, y } = stepOf<{ readonly cell: object }>(wrapped).trained(given[0], s, given[1], randomKey(1));
  expectSame({ next: next.cell, y }, stepOf<object>(inner).evaluated(given[0], s.cell, given[1]));
});

describe("in checkCell", () => {
  const wrapped: Readonly<Record<string, Cell<unknown, VariationalState<unknown>>>> = {
    rnn: variationalDropout(rnn(I, H), rates),
    lstm: variationalDropout(lstm(I, H), rates),
    "gru, reset before": variationalDropout(gru(I, H, { reset: "before" }), rates),
    "gru, reset after": variationalDropout(gru(I, H), rates),
    stack: variationalDropout(stackCells(lstm(I, 2), gru(2, H)), { state: [{ h: 0.5 }, { h: 0.5 }] }),
    "of layers": stackCells(
      variationalDropout(lstm(I, 2), rates),
      variationalDropout(gru(2, H), { input: { size: 2, rate: 0.5 } }),
    ) as never,
    input: variationalDropout(lstm(I, H), { input: { size: I, rate: 0.5 } }),
  };
  for (const [name, one] of Object.entries(wrapped)) test(name, () => checkCell(one, { inputs: I }));
});

describe("errors", () => {
  const step = (wrapped: Cell<unknown, unknown>): unknown => {
    const given = [init(wrapped.params, 1, f64), someState(wrapped, 2, 1), numbers([2, I], 1)] as const;
    return stepOf(wrapped).trained(...given, randomKey(1));
  };

  test("a state that no product reads", () => {
    expect(() => step(variationalDropout(lstm(I, H), { state: 0.5 }))).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: variationalDropout: there is a rate for state c, and no product of the step reads it.
      Give rates by name to the states that recurrent weights multiply.]
    `);
    expect(() =>
      step(variationalDropout(cells["busy"]!, { state: { h: 0.5, mask: 0.5 } }) as never),
    ).not.toThrow();
  });

  test("an integer by its name, and no integers below a rate", () => {
    const rates = { state: { clock: 0.5 } };
    expect(() => variationalDropout(cells["busy"]!, rates)).toThrow(
      "variationalDropout: clock is i32, no float",
    );
    const { masks } = variationalDropout(cells["busy"]!, { state: 0.5 }).state;
    expect(flatten(masks).map(({ path }) => path)).toEqual(["state.h", "state.mask"]);
  });

  test("a rate for an input that is a tree", () => {
    const tree = cell({
      params: {},
      state: {},
      step: (_, s, { x }: { readonly x: Value }) => [s, mul(2, x)],
    });
    const wrapped = variationalDropout(tree, { input: { size: I, rate: 0.5 } });
    const run = compile((x: Value, key: Value) => {
      const start = initialState(wrapped.state, { batch: 2, ...f64 });
      return wrapped.step({}, start, { x }, key)[1];
    });
    expect(() => run(numbers([2, I], 1), randomKey(1))).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: variationalDropout: there is a rate for the input, which is a tree.
      Drop its leaves in a cell of your own, with masks that are states.]
    `);
  });

  test("a rate and a size that are none, and a state that there is not", () => {
    expect(() => variationalDropout(lstm(I, H), { state: { h: 1 } })).toThrowErrorMatchingInlineSnapshot(`
      [UnrollError: variationalDropout: the rate of state h is 1.
      Rates are in [0, 1).]
    `);
    const wide = { size: 0, rate: 0.5 };
    expect(() => variationalDropout(lstm(I, H), { input: wide })).toThrow("input.size is 0");
    const rates = { state: { z: 0.5 } };
    expect(() => variationalDropout(lstm(I, H) as Cell<unknown, unknown>, rates)).toThrow("there is no z");
  });
});
