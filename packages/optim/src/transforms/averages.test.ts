import { tensor } from "@unroll/core";
import { describe, expect, test } from "vitest";
import { f64, follow, numbers } from "../../test/train.ts";
import { sgd } from "../first-order/sgd.ts";
import { chain } from "../transform.ts";
import { withLeaf } from "../with-leaf.ts";
import { ema } from "./ema.ts";
import { tailAverage } from "./tail-average.ts";

const grads = [1, -3, 2, 5].map((g) => ({ x: f64([g]) }));
const start = { x: f64([8]) };

describe("ema", () => {
  test("the average follows the parameters as they are after each step", () => {
    const steps = follow(chain(sgd({ learningRate: 1 }), ema({ decay: 0.75 })), start, grads);
    let average = 8;
    steps.forEach(({ params, memory }) => {
      average = 0.75 * average + 0.25 * numbers(params)[0]!;
      expect(numbers((memory["1"] as typeof memory)["average"])).toEqual([average]);
    });
    expect(steps.map(({ params }) => numbers(params)[0])).toEqual([7, 10, 8, 3]);
  });

  test("with a warm-up it keeps (1 + t) / (10 + t) at most", () => {
    let average = 8;
    follow(ema({ decay: 0.17, warmUp: true }), start, grads).forEach(({ memory, params }, t) => {
      const decay = Math.min(0.17, (1 + t) / (10 + t));
      // Each step here starts from the parameters the last one left.
      average = decay * average + (1 - decay) * numbers(params)[0]!;
      expect(numbers(memory["average"])[0]).toBeCloseTo(average, 14);
    });
  });

  test("options out of range are refused by name", () => {
    expect(() => ema({ decay: 1.5 })).toThrowErrorMatchingInlineSnapshot(
      `[UnrollError: ema: decay: 1.5 is not in [0, 1].]`,
    );
  });
});

describe("tailAverage", () => {
  test("it is the last parameters until it is switched on, and then the mean from there", () => {
    const optimizer = chain(sgd({ learningRate: 1 }), tailAverage());
    const before = follow(optimizer, start, grads);
    const averages = (steps: typeof before) =>
      steps.map(({ memory }) => numbers((memory["1"] as typeof memory)["average"])[0]);
    expect(averages(before)).toEqual([7, 10, 8, 3]);
    const { params, memory } = before.at(-1)!;
    const on = withLeaf(memory, "1.on", tensor(1, { dtype: "i32" }));
    // 3 - 1 = 2, + 3 = 5, - 2 = 3, - 5 = -2.
    expect(averages(follow(optimizer, params, grads, on))).toEqual([2, 3.5, 10 / 3, 2]);
  });
});

test("withLeaf names the paths when there is none", () => {
  expect(() => withLeaf({ a: f64(1), b: [f64(2)] }, "c", f64(1))).toThrowErrorMatchingInlineSnapshot(`
    [TreeError: withLeaf: there is no leaf c.
    There are a, b[0].]
  `);
});
