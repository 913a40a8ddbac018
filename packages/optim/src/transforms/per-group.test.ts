import { flatten } from "@unroll/core";
import { describe, expect, test } from "vitest";
import { f64, follow, numbers } from "../../test/train.ts";
import { adam } from "../first-order/adam.ts";
import { sgd } from "../first-order/sgd.ts";
import { chain } from "../transform.ts";
import { clipNorm } from "./clip.ts";
import { freeze, perGroup, scaleByPath } from "./per-group.ts";

const params = { embed: f64([1, 2]), rnn: [{ w: f64([3]) }, { w: f64([4]) }], bias: f64([5]) };
const grads = { embed: f64([1, 1]), rnn: [{ w: f64([30]) }, { w: f64([40]) }], bias: f64([2]) };
type Tree = Parameters<typeof follow>[1];
const run = (optimizer: Parameters<typeof follow>[0], steps = 1) =>
  follow(
    optimizer,
    params as unknown as Tree,
    Array.from({ length: steps }, () => grads as unknown as Tree),
  );

describe("perGroup", () => {
  const groups = perGroup((path) => (path.startsWith("rnn") ? "slow" : "fast"), {
    slow: chain(clipNorm(5), sgd({ learningRate: 1, momentum: 0.5 })),
    fast: sgd({ learningRate: 10 }),
  });

  test("each transform sees and moves the leaves of its group", () => {
    expect(numbers(run(groups)[0]!.updates)).toEqual([-20, -10, -10, -3, -4]);
  });

  test("each remembers its leaves under its name", () => {
    const expected = ["fast.step", "slow.1.step", "slow.1.velocity.rnn[0].w", "slow.1.velocity.rnn[1].w"];
    expect(flatten(groups.init(params)).map(({ path }) => path)).toEqual(expected);
    const [, second] = run(groups, 2);
    expect(flatten(second!.memory).map(({ path }) => path)).toEqual(expected);
    expect(numbers(second!.updates).slice(3)).toEqual([-4.5, -6]);
  });

  test("a group without leaves and a leaf without a group are refused", () => {
    const still = sgd({ learningRate: 0 });
    expect(() => perGroup<string>(() => "a", { a: still, b: still }).init(params))
      .toThrowErrorMatchingInlineSnapshot(`
      [TreeError: perGroup: b: no leaf is chosen.
      The paths are bias, embed, rnn[0].w, rnn[1].w.]
    `);
    expect(() => perGroup<string>((path) => path.slice(0, 1), { e: still, r: still }).init(params))
      .toThrowErrorMatchingInlineSnapshot(`
      [TreeError: perGroup: bias is in the group b, which has no transform.
      The groups are e, r.]
    `);
  });
});

describe("freeze", () => {
  test("frozen leaves stay, and nothing is remembered of them", () => {
    const optimizer = freeze((path) => path !== "bias", adam({ learningRate: 1, epsilon: 0 }));
    const [, second] = run(optimizer, 2);
    [3, 1, 2, 3, 4].forEach((n, k) => expect(numbers(second!.params)[k]).toBeCloseTo(n, 12));
    expect(flatten(second!.memory).map(({ path }) => path)).toEqual([
      "trained.mean.bias",
      "trained.meanSquare.bias",
      "trained.step",
    ]);
  });

  test("a frozen gradient that is not finite harms nobody", () => {
    const bad = { a: f64([NaN]), b: f64([1]) };
    const optimizer = freeze((path) => path === "a", chain(clipNorm(1), sgd({ learningRate: 1 })));
    expect(numbers(follow(optimizer, { a: f64([7]), b: f64([7]) }, [bad])[0]!.params)).toEqual([7, 6]);
  });

  test("freezing nothing is refused", () => {
    expect(() => freeze(() => false, sgd({ learningRate: 1 })).init(params))
      .toThrowErrorMatchingInlineSnapshot(`
      [TreeError: perGroup: frozen: no leaf is chosen.
      The paths are bias, embed, rnn[0].w, rnn[1].w.]
    `);
  });
});

test("scaleByPath gives leaves rates relative to the optimiser's", () => {
  const optimizer = chain(
    sgd({ learningRate: 1 }),
    scaleByPath((path) => (path === "embed" ? 0.5 : 1)),
  );
  expect(numbers(run(optimizer)[0]!.updates)).toEqual([-2, -0.5, -0.5, -30, -40]);
  expect(() => run(scaleByPath(() => NaN))).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: scaleByPath: bias: NaN is not in [0, Infinity).]`,
  );
});
