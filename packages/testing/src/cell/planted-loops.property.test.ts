/** Mistakes in loops and engines of one's own, and what is printed of a mistake. */
import {
  add,
  flip,
  leaves,
  mapTree,
  matmul,
  mul,
  reference,
  softmax,
  tensor,
  type Engine,
  type Value,
} from "@unroll/core";
import { lstm, rnn, unroll } from "@unroll/layers";
import { describe, expect, test } from "vitest";
import { CellError, checkCell, type Unroll } from "../cells.ts";
import { errorOf, recurrence } from "../../test/planted.ts";

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
