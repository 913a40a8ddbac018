/** Mistakes that people make in gradients and in steps: each is found, and named. */
import {
  add,
  bernoulli,
  concat,
  constant,
  customGradient,
  div,
  exp,
  matmul,
  mul,
  neg,
  randomKey,
  reshape,
  softmax,
  sum,
  tanh,
  transpose,
  where,
  type Value,
} from "@unroll/core";
import { cell, dropout, normal, param, rnn, state, zeros } from "@unroll/layers";
import { describe, expect, test } from "vitest";
import { checkCell } from "../cells.ts";
import { errorOf, recurrence } from "../../test/planted.ts";

describe("in a gradient", () => {
  const slope = "the gradient is the slope";

  test("a factor dropped", () => {
    const careless = (x: Value): Value => customGradient(tanh(x), [x], (dy) => [dy]);
    const error = errorOf(recurrence((w, h, x) => careless(add(matmul(h, w), x))));
    expect(error.rule).toBe(slope);
    expect(error.message).toMatch(/^checkCell: along a random direction the derivative is .* by pullback/);
  });

  test("a transpose forgotten, which a square matrix does not refuse", () => {
    const product = (h: Value, w: Value): Value =>
      customGradient(matmul(h, w), [h, w], (dy) => [matmul(dy, w), matmul(transpose(h), dy)]);
    const error = errorOf(recurrence((w, h, x) => tanh(add(product(h, w), x))));
    expect(error.rule).toBe(slope);
    expect(error.message).toMatch(/^Most comes from \S+ f64/m);
    // A matrix of one number is its transpose: the smallest case has two.
    expect(error.message).toMatch(/^The smallest case: inputs 1, hidden 2, steps [12], batch 1,/m);
  });

  test("a sum along the wrong axis, where both are equally long", () => {
    const shifted = (x: Value, w: Value): Value => {
      const bias = sum(w, { axis: 0 });
      return customGradient(add(x, bias), [x, bias], (dy) => [
        dy,
        x.shape[0] === x.shape[1] ? sum(dy, { axis: 1 }) : sum(dy, { axis: 0 }),
      ]);
    };
    const error = errorOf(recurrence((w, h, x) => tanh(add(shifted(h, w), x))));
    expect(error.rule).toBe(slope);
    expect(error.message).toMatch(/hidden (\d), steps \d, batch \1,/);
  });

  test("a right one with a wrong one of its own is found at the second order, unless that is left out", () => {
    const slopeOf = (x: Value): Value => customGradient(mul(2, x), [x], (dy) => [mul(3, dy)]);
    const squared = (x: Value): Value => customGradient(mul(x, x), [x], (dy) => [mul(dy, slopeOf(x))]);
    const make = recurrence((w, h, x) => tanh(squared(add(matmul(h, w), x))));
    expect(errorOf(make).message).toMatch(/^Order 2, seed \d+\.$/m);
    checkCell(make, { seed: 1, order: 1, runs: 3 });
  });

  test("one that overflows in f32 where the value does not", () => {
    const logistic = (x: Value): Value => div(1, add(1, exp(neg(x))));
    const error = errorOf(recurrence((w, h, x) => logistic(add(matmul(h, w), x))));
    expect(error.rule).toBe("values and gradients are finite for inputs up to 10000 in f32");
    expect(error.message).toMatch(/^checkCell: gradient\.\S+ f32\S* .*is NaN for inputs up to 10000\.$/m);
  });

  test("one that nobody can measure", () => {
    const lossy = (x: Value): Value => add(add(x, 1e12), -1e12);
    const error = errorOf(
      recurrence((w, h, x) => mul(0.5, lossy(add(matmul(h, w), x)))),
      { runs: 3 },
    );
    expect(error.rule).toBe(slope);
    expect(error.message).toContain("too rough to judge");
  });
});

describe("in a step", () => {
  test("a sum over the batch instead of the units", () => {
    const error = errorOf(recurrence((w, h, x) => softmax(add(matmul(h, w), x), { axis: 0 })));
    expect(error.rule).toBe("rows of a batch are independent");
    expect(error.message).toMatch(/^The smallest case: inputs 1, hidden 1, steps 1, batch 2,/m);
  });

  test("a batch that is written down", () => {
    const error = errorOf(recurrence((w, h, x) => tanh(add(reshape(matmul(h, w), [1, -1]), x))));
    expect(error.message).toMatch(/^checkCell: scan: state\.h is f64\[2, 1\] before the step and f64\[/);
  });

  test("outputs without a batch", () => {
    const reduced = cell({ params: {}, state: {}, step: (_, s, x: Value) => [s, sum(x)] });
    const error = errorOf(() => reduced);
    expect(error.rule).toBe("the batch is the first axis of states and outputs");
    expect(error.message).toContain("over time y is f64[1]; its axis 1 is no batch of 1.");
  });

  test("a state that changes its type", () => {
    const growing = (inputs: number, hidden: number) =>
      cell({
        params: { w: param([hidden, hidden], normal(0.5)) },
        state: { h: state(hidden) },
        step: ({ w }, { h }, x) => [{ h: concat([matmul(h, w), x]) }, x],
      });
    const error = errorOf(growing);
    expect(error.rule).toBe("it runs along a sequence");
    expect(error.message).toMatch(
      /^checkCell: scan: state\.h is f64\[1, 1\] before the step and f64\[1, 2\] after\./,
    );
  });

  test("a parameter that does nothing", () => {
    const idle = (inputs: number, hidden: number) => {
      const inner = rnn(inputs, hidden);
      return cell({ ...inner, params: { ...inner.params, bias: param([3], zeros) } });
    };
    expect(errorOf(idle).message).toContain("nothing that it gives depends on params.bias f64[3].");
  });

  test("noise without a key", () => {
    const noisy = recurrence((w, h, x) =>
      where(bernoulli(constant(randomKey(1)), 0.5, h.shape), tanh(add(matmul(h, w), x)), h),
    );
    expect(errorOf(noisy).message).toContain("without a key its step draws with bernoulli.");
  });

  test("a key that is used twice", () => {
    const twice = recurrence((w, h, x, key) =>
      tanh(add(matmul(dropout(h, 0.5, key), w), dropout(x, 0.5, key))),
    );
    const error = errorOf(twice);
    expect(error.rule).toBe("a key is used once");
    expect(error.message).toContain("bernoulli");
  });

  test("a variable of JavaScript that remembers", () => {
    let calls = 0;
    const counting = recurrence((w, h, x) => tanh(add(matmul(h, w), x, ++calls / 8)));
    const error = errorOf(counting);
    expect(error.rule).toBe("a scan is a loop of its steps");
    expect(error.message).toMatch(/is \S+ by scan and \S+ by a loop of steps; roundings explain/);
  });

  test("a size that it can't be made of", () => {
    const even = (inputs: number, hidden: number) => {
      if (hidden % 2 === 1) throw new RangeError(`even: ${hidden} is odd.`);
      return rnn(inputs, hidden);
    };
    const error = errorOf(even);
    expect(error.rule).toBe("it can be made");
    expect(error.message).toMatch(/^checkCell: even: 1 is odd\./);
    expect(error.cause).toBeInstanceOf(RangeError);
  });
});
