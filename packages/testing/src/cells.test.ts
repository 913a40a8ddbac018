import {
  add,
  bernoulli,
  cast,
  concat,
  constant,
  customGradient,
  fromArray,
  matmul,
  mean,
  mod,
  mul,
  randomKey,
  sigmoid,
  sub,
  sum,
  tanh,
  tensor,
  unsqueeze,
  where,
  type Value,
} from "@unroll/core";
import {
  cell,
  dropout,
  embedding,
  gru,
  linear,
  lstm,
  normal,
  param,
  rnn,
  stackCells,
  state,
  zeros,
} from "@unroll/layers";
import { describe, expect, test } from "vitest";
import { checkCell } from "./cells.ts";

const weights = normal(0.5);

describe("checkCell passes cells that keep the rules", () => {
  test("rnn", () => checkCell(rnn(3, 4), { inputs: 3, order: 2 }));
  test("lstm", () => checkCell(lstm(3, 4), { inputs: 3, order: 2 }));
  test("gru", () => checkCell(gru(3, 4), { inputs: 3, order: 2 }));
  test("cells of cells", () => checkCell(stackCells(lstm(3, 4), gru(4, 2)), { inputs: 3 }));

  test("with noise when there is a key", () => {
    const inner = rnn(3, 4);
    const noisy = cell({
      params: inner.params,
      state: inner.state,
      step: (params, s, x: Value, key?: Value) => inner.step(params, s, dropout(x, 0.5, key)),
    });
    checkCell(noisy, { inputs: 3 });
  });

  test("with trees of inputs and outputs, and integers among them and in the state", () => {
    const embed = embedding(5, 3);
    const out = linear(4, 2);
    const tokens = cell({
      params: { embed: embed.params, out: out.params, mix: param([4, 4], weights) },
      state: { h: state(4), n: state([], { dtype: "i32" }) },
      step({ embed: table, out: last, mix }, { h, n }, { token, x }: { token: Value; x: Value }) {
        const odd = cast(mod(n, 2), "f64");
        const seen = concat([embed.apply(table, token), x]);
        const next = tanh(add(matmul(h, mix), seen, mul(0.1, unsqueeze(odd, 1))));
        return [
          { h: next, n: add(n, 1) },
          { y: out.apply(last, next), odd },
        ];
      },
    });
    const token = tensor(
      [
        [0, 4],
        [1, 1],
        [2, 3],
      ],
      { dtype: "i32" },
    );
    const x = fromArray(
      { dtype: "f64", shape: [3, 2, 1] },
      Float64Array.from({ length: 6 }, (_, i) => i / 7),
    );
    checkCell(tokens, { inputs: { token, x } });
  });
});

describe("checkCell finds", () => {
  const spec = { params: { w: param([3, 3], weights) }, state: { h: state(3) } };

  test("a gradient that is wrong in the middle of a sequence", () => {
    const wrong = cell({
      ...spec,
      step({ w }, { h }, x) {
        const z = matmul(h, w);
        const next = tanh(
          add(
            customGradient(z, [h], (dy) => [matmul(dy, w)]),
            x,
          ),
        );
        return [{ h: next }, next];
      },
    });
    expect(() => checkCell(wrong, { inputs: 3 })).toThrow(/GradientMismatchError|Most comes from/);
  });

  test("rows that see each other", () => {
    const mixing = cell({
      ...spec,
      step({ w }, { h }, x) {
        const next = tanh(add(matmul(sub(h, mean(h, { axis: 0 })), w), x));
        return [{ h: next }, next];
      },
    });
    expect(() => checkCell(mixing, { inputs: 3 })).toThrow(
      /^checkCell: row 0 of state\.h f64\[2, 3\] was .* when other rows change\./,
    );
  });

  test("outputs without a batch", () => {
    const reduced = cell({
      ...spec,
      step({ w }, { h }, x) {
        const next = tanh(add(matmul(h, w), x));
        return [{ h: next }, sum(next)];
      },
    });
    expect(() => checkCell(reduced, { inputs: 3 })).toThrowErrorMatchingInlineSnapshot(
      `[CellError: checkCell: over time y is f64[3]; its axis 1 is no batch of 2.]`,
    );
  });

  test("noise without a key", () => {
    const noisy = cell({
      ...spec,
      step({ w }, { h }, x) {
        const keep = bernoulli(constant(randomKey(1)), 0.5, h.shape);
        const next = where(keep, tanh(add(matmul(h, w), x)), h);
        return [{ h: next }, next];
      },
    });
    expect(() => checkCell(noisy, { inputs: 3 })).toThrowErrorMatchingInlineSnapshot(`
      [CellError: checkCell: without a key its step draws with bernoulli.
      A step without a key is evaluation: give what stands for no noise.]
    `);
  });

  test("a parameter that does nothing", () => {
    const idle = cell({
      params: { ...spec.params, b: param([3], zeros) },
      state: spec.state,
      step({ w }, { h }, x) {
        const next = sigmoid(add(matmul(h, w), x));
        return [{ h: next }, next];
      },
    });
    expect(() => checkCell(idle, { inputs: 3 })).toThrowErrorMatchingInlineSnapshot(`
      [CellError: checkCell: nothing that it gives depends on params.b f64[3].
      Use it, or leave it out of params.]
    `);
  });

  test("a state that changes its type", () => {
    const growing = cell({
      params: { w: param([3, 3], weights) },
      state: { h: state(3) },
      step: ({ w }, { h }, x) => [{ h: concat([matmul(h, w), x]) }, x],
    });
    expect(() => checkCell(growing, { inputs: 3 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scan: state.h is f64[2, 3] before the step and f64[2, 6] after.]`,
    );
  });
});
