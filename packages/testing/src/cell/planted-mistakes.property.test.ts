/** Mistakes that people make in cells, in gradients and in loops: each is found, and named. */
import {
  add,
  bernoulli,
  concat,
  constant,
  customGradient,
  div,
  exp,
  flip,
  leaves,
  mapTree,
  matmul,
  mul,
  neg,
  randomKey,
  reference,
  reshape,
  softmax,
  sum,
  tanh,
  tensor,
  transpose,
  where,
  type Engine,
  type Value,
} from "@unroll/core";
import { cell, dropout, lstm, normal, param, rnn, state, unroll, zeros, type Cell } from "@unroll/layers";
import { describe, expect, test } from "vitest";
import { CellError, checkCell, type CheckCellsOptions, type Unroll } from "../cells.ts";

type Make = (inputs: number, hidden: number) => Cell<unknown, unknown>;

/** What checkCell throws. */
function errorOf(make: unknown, options: CheckCellsOptions<Value> = {}): CellError {
  try {
    checkCell(make as Make, { seed: 1, ...options });
  } catch (error) {
    if (error instanceof CellError) return error;
    throw error;
  }
  throw new Error("checkCell: nothing was found.");
}

/** A recurrence with a step of one's own. */
const recurrence =
  (step: (w: Value, h: Value, x: Value, key?: Value) => Value) => (_: number, hidden: number) =>
    cell({
      params: { w: param([hidden, hidden], normal(0.5)), v: param([hidden], normal(0.5)) },
      state: { h: state(hidden) },
      step({ w, v }, { h }, x, key) {
        const next = step(w, h, mul(sum(x, { axis: 1, keepDims: true }), v), key);
        return [{ h: next }, next];
      },
    });

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

describe("in a loop of one's own", () => {
  const loop = "a scan is a loop of its steps";
  const padding = "a padded batch is its sequences one by one";

  test("steps that all start from the first state", () => {
    const stale: Unroll = (one, params, start, xs, options) => {
      const step: typeof one.step = (p, _, x, key) => one.step(p, start, x, key);
      return unroll({ ...one, step }, params, start, xs, options);
    };
    expect(errorOf(lstm, { unroll: stale }).rule).toBe(loop);
  });

  test("states that change places", () => {
    const swapped: Unroll = (one, params, start, xs, options) => {
      const [last, ys] = unroll(one, params, start, xs, options);
      const [c, h] = leaves(last).map(({ leaf }) => leaf) as [Value, Value];
      return [{ h: c, c: h } as never, ys];
    };
    const error = errorOf(lstm, { unroll: swapped });
    expect(error.rule).toBe(loop);
    expect(error.message).toMatch(/^checkCell: state\.c f64\[1, 1\]/);
  });

  test("steps behind the end of a sequence", () => {
    const endless: Unroll = (one, params, start, xs, { lengths: _, ...options }) =>
      unroll(one, params, start, xs, options);
    const error = errorOf(rnn, { unroll: endless });
    expect(error.rule).toBe(padding);
    expect(error.message).toMatch(/is \S+ in a padded batch and \S+ one by one; roundings explain/);
    expect(error.message).toMatch(/steps 1, batch 1, lengths \[0\]/);
  });

  test("a reverse run that starts in the padding", () => {
    const back = (tree: unknown): unknown => mapTree((x: Value) => flip(x, { axis: 0 }), tree as Value);
    const flipped: Unroll = (one, params, start, xs, { reverse = false, ...options }) => {
      if (!reverse) return unroll(one, params, start, xs, options);
      const [last, ys] = unroll(one, params, start, back(xs) as never, options);
      return [last, back(ys) as never];
    };
    const error = errorOf(rnn, { unroll: flipped });
    expect(error.rule).toBe(padding);
    expect(error.message).toMatch(/steps 2, batch 1, lengths \[1\], chunks of 1, in reverse\./);
  });

  test("a run that begins anew when it is short", () => {
    const forgetful: Unroll = (one, params, start, xs, options) => {
      const from = options.length === 1 ? mapTree((x: Value) => mul(x, 0.5), start as never) : start;
      return unroll(one, params, from, xs, options);
    };
    // Sequences of one step alone would show it too: coupled ones are not run alone.
    const coupled = { ...rnn(1, 1), rows: "coupled" as const };
    const xs = tensor(Float64Array.of(0.5, 1, 2), { shape: [3, 1, 1] });
    const run = (): void => checkCell(coupled, { inputs: xs, unroll: forgetful, seed: 1 });
    expect(run).toThrow(/The rule: chunks that carry their state are one long run\./);
    expect(run).toThrow(
      /^checkCell: state\.h f64\[1, 1\] at \[0, 0\] is \S+ in chunks of [12] and \S+ in one run/,
    );
  });
});

test("an engine that is off by a thousandth is found", () => {
  const engine = reference();
  const careless: Engine = {
    ...engine,
    name: "careless",
    load(program) {
      const loaded = engine.load(program);
      return {
        ...loaded,
        run: (inputs, resident) =>
          loaded.run(inputs, resident).map((x) => {
            if (x.type.dtype === "f32") x.data.forEach((n: number, i: number) => (x.data[i] = n * 1.001));
            return x;
          }),
      };
    },
  };
  const error = errorOf(rnn, { engine: careless });
  expect(error.rule).toBe("f32 on a fast engine is f64 up to roundings");
  expect(error.message).toMatch(/is \S+ by careless and \S+ in f64; roundings explain \S+\.$/m);
});

describe("what is printed", () => {
  const wrong = recurrence((w, h, x) => softmax(add(matmul(h, w), x), { axis: 0 }));

  test("the rule, the smallest case, how to repeat it, and the step", () => {
    expect(errorOf(wrong, { seed: 7 }).message.replaceAll(/\d\.\d{5,}/g, (n) => n.slice(0, 5)))
      .toMatchInlineSnapshot(`
        "checkCell: row 0 of state.h f64[2, 1] was 0.521 and is 0.615 when other rows change.
        Every row of a batch is a sequence of its own: reduce along other axes than the batch.
        The rule: rows of a batch are independent.
        The smallest case: inputs 1, hidden 1, steps 1, batch 2, lengths [0, 0], chunks of 1.
          xs = Tensor f64[1, 2, 1] [0, 0]
        To repeat it: { seed: 7, path: "1:0:0:1:1:1:1:1:1:1:1:0" }.
        graph (params.v f64[1], params.w f64[1, 1], state.h f64[2, 1], x f64[2, 1])
          %0 f64[2, 1] = sum x {axes=[1]}
          %1 f64[2, 1] = broadcastTo params.v {[2, 1]}
          %2 f64[2, 1] = mul %0, %1
          %3 f64[2, 1] = matmul state.h, params.w {mk,kn->mn}
          %4 f64[2, 1] = add %3, %2
          %5 f64[1, 1] = max %4 {axes=[0]}
          %6 f64[1, 1] = detach %5
          %7 f64[1, 1] = abs %6
          %8 f64[1, 1] = full {Infinity}
          %9 bool[1, 1] = less %7, %8
          %10 f64[1, 1] = full {0}
          %11 f64[1, 1] = where %9, %6, %10
          %12 f64[2, 1] = broadcastTo %11 {[2, 1]}
          %13 f64[2, 1] = sub %4, %12
          %14 f64[2, 1] = exp %13
          %15 f64[1, 1] = sum %14 {axes=[0]}
          %16 f64[1, 1] = full {0}
          %17 bool[1, 1] = equal %15, %16
          %18 f64[1, 1] = full {1}
          %19 f64[1, 1] = where %17, %18, %15
          %20 f64[2, 1] = broadcastTo %19 {[2, 1]}
          %21 f64[2, 1] = div %14, %20
          return %21, %21"
      `);
  });

  test("the seed and the path repeat it", () => {
    const { seed, path, message } = errorOf(wrong, { seed: 7 });
    expect(errorOf(wrong, { seed, path }).message.replace(/path: "[^"]*"/, "")).toBe(
      message.replace(/path: "[^"]*"/, ""),
    );
  });

  test("without a seed there is another one every time, and it is named", () => {
    const [first, second] = [0, 1].map(() => {
      try {
        checkCell(wrong);
      } catch (error) {
        return (error as CellError).seed;
      }
      return undefined;
    });
    expect(first).not.toBe(second);
  });
});
