import {
  add,
  cast,
  concat,
  constant,
  matmul,
  mean,
  mod,
  mul,
  relu,
  square,
  sub,
  tanh,
  tensor,
  unsqueeze,
  type Value,
} from "@unroll/core";
import {
  cell,
  dropout,
  embedding,
  gru,
  identity,
  linear,
  lstm,
  normal,
  param,
  rnn,
  stackCells,
  state,
} from "@unroll/layers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryTensor, integers, interval } from "./arbitraries.ts";
import { checkCell, type CheckOptions } from "./cells.ts";

describe("checkCell passes cells that keep the rules", () => {
  test("rnn", () => checkCell(rnn));
  test("rnn with kinks, of identities", () =>
    checkCell((inputs, hidden) => rnn(inputs, hidden, { activation: relu, recurrentInit: identity() })));
  test("a kink at 0 that a square smooths, where the second derivative is a convention", () => {
    const smoothed = cell({ params: {}, state: {}, step: (_, s, x) => [s, relu(square(x))] });
    checkCell(smoothed, { inputs: 1, seed: 1, maxSteps: 1, runs: 40 });
  });
  test("lstm", () => checkCell(lstm));
  test("lstm of certain sizes", () => checkCell(lstm(3, 4), { inputs: 3, runs: 3 }));
  test("gru", () => checkCell(gru, { runs: 5 }));
  test("gru, reset before", () =>
    checkCell((inputs, hidden) => gru(inputs, hidden, { reset: "before" }), { runs: 5 }));
  test("cells of cells", () =>
    checkCell((inputs, hidden) => stackCells(lstm(inputs, hidden), gru(hidden, 2)), { runs: 3 }));

  test("with noise when there is a key", () => {
    const noisy = (inputs: number, hidden: number) => {
      const inner = rnn(inputs, hidden);
      return cell({
        ...inner,
        step: (params, s, x: Value, key?: Value) => inner.step(params, s, dropout(x, 0.5, key)),
      });
    };
    checkCell(noisy, { runs: 5 });
  });

  test("without parameters or memory", () => {
    checkCell(cell({ params: {}, state: {}, step: (_, s, x) => [s, tanh(x)] }), { inputs: 2 });
  });

  const embed = embedding(5, 3);
  const out = linear(4, 2);
  const tokens = cell({
    params: { embed: embed.params, out: out.params, mix: param([4, 4], normal(0.5)) },
    state: { h: state(4), n: state([], { dtype: "i32" }) },
    step({ embed: table, out: last, mix }, { h, n }, { token, x }: { token: Value; x: Value }) {
      const odd = cast(mod(n, 2), x.type.dtype);
      const seen = concat([embed.apply(table, token), x]);
      const next = tanh(add(matmul(h, mix), seen, mul(0.1, unsqueeze(odd, 1))));
      return [
        { h: next, n: add(n, 1) },
        { y: out.apply(last, next), odd },
      ];
    },
  });

  test("with trees of inputs and outputs, and integers among them and in the state, drawn", () => {
    checkCell(tokens, {
      inputs: ({ steps, batch }) =>
        fc.record({
          token: arbitraryTensor({ dtype: "i32", shape: [steps, batch] }, integers(0, 4)),
          x: arbitraryTensor({ dtype: "f32", shape: [steps, batch, 1] }, interval(-1, 1)),
        }),
      runs: 5,
    });
  });

  test("with trees of inputs that are given, and a state", () => {
    const token = tensor(Int32Array.of(0, 4, 1, 1, 2, 3), { shape: [3, 2] });
    const x = tensor(
      Float32Array.from({ length: 6 }, (_, i) => i / 7),
      { shape: [3, 2, 1] },
    );
    const h = tensor(new Float32Array(8), { shape: [2, 4] });
    const n = tensor(Int32Array.of(3, 4));
    checkCell(tokens, { inputs: { token, x }, state: { h, n }, runs: 2 });
  });
});

test("a cell that has captured tensors is run on batches of their size, and in their dtype", () => {
  const bias = constant(tensor(Float64Array.of(1, 2, 3, 4), { shape: [2, 2] }));
  const inner = rnn(3, 2);
  const informed = cell({
    ...inner,
    step(params, { h }, x: Value) {
      const [next] = inner.step(params, { h: add(h, bias) }, x);
      return [next, next.h];
    },
  });
  checkCell(informed, { inputs: 3, batch: 2, dtype: "f64", runs: 5 });
  expect(() => checkCell(informed, { inputs: 3, dtype: "f64", seed: 1 })).toThrow(
    /^checkCell: scan: state\.h is f64\[1, 2\] before the step and f64\[2, 2\] after\./,
  );
  expect(() => checkCell(informed, { inputs: 3, batch: 2, seed: 1 })).toThrow(/^checkCell: add: .*f32.*f64/);
});

describe("rows that are coupled", () => {
  /** A recurrence that takes the mean of the batch away. */
  const centred = (inputs: number, hidden: number) => {
    const inner = rnn(inputs, hidden);
    return cell({
      ...inner,
      step(params, { h }, x: Value) {
        const [next] = inner.step(params, { h: sub(h, mean(h, { axis: 0, keepDims: true })) }, x);
        return [next, next.h];
      },
    });
  };

  test("are refused", () => {
    expect(() => checkCell(centred, { seed: 1 })).toThrow(
      /^checkCell: row 0 of state\.h f64\[2, 1\] was .* when other rows change\./,
    );
  });

  test("are excused when the cell says so, and a stack that holds it says so too", () => {
    const honest = (inputs: number, hidden: number) => ({
      ...centred(inputs, hidden),
      rows: "coupled" as const,
    });
    checkCell(honest, { runs: 5 });
    const stack = stackCells(rnn(2, 3), honest(3, 2));
    expect(stack.rows).toBe("coupled");
    checkCell(stack, { inputs: 2, runs: 3 });
    expect(stackCells(rnn(2, 3))).not.toHaveProperty("rows");
  });
});

describe("options", () => {
  /** The sizes of all cases that are tried. */
  function sizesOf(options: CheckOptions<object>): readonly (readonly number[])[] {
    const seen: (readonly number[])[] = [];
    const looking = cell({
      params: {},
      state: {},
      step(_, s, x) {
        seen.push(x.shape);
        return [s, tanh(x)];
      },
    });
    checkCell(looking, { inputs: 2, seed: 4, ...options });
    return seen;
  }

  test("sizes stay within what is said", () => {
    const batches = sizesOf({ maxBatch: 2, runs: 20 }).map(([batch]) => batch!);
    expect(Math.max(...batches)).toBe(2);
  });

  test("a cell of certain sizes needs to be told its inputs", () => {
    // @ts-expect-error that is what is tested
    expect(() => checkCell(rnn(2, 3))).toThrowErrorMatchingInlineSnapshot(`
      [UnrollError: checkCell: it is not said what the inputs of the cell are.
      Pass { inputs: 3 } for 3 features, a sequence of tensors, or a function of sizes in place of the cell.]
    `);
  });
});
