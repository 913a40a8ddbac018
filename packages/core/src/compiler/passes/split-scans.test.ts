import { describe, expect, test } from "vitest";
import { difference, inLoops, opsOf, optimised, scansOf, type Program } from "../../../test/passes.ts";
import { lstm, random, type Lstm } from "../../../test/programs.ts";
import {
  add,
  full,
  gradient,
  graph,
  input,
  matmul,
  mul,
  scan,
  square,
  sum,
  tanh,
  type Graph,
  type Value,
} from "../../index.ts";
import { runPasses, type Pass } from "../pass.ts";
import { batchProjectionsWithin } from "./batch-projections.ts";
import { batchWeightGradients } from "./batch-weight-gradients.ts";
import { eliminateCommon } from "./eliminate-common.ts";
import { eliminateDead } from "./eliminate-dead.ts";
import { mergeScans } from "./merge-scans.ts";
import { simplify } from "./simplify.ts";
import { splitScansWithin } from "./split-scans.ts";

const [T, B, H] = [5, 20, 24];
const always = { rows: 16, elements: 1e6, heavy: { bytes: 0, rows: 100 } };
const split = splitScansWithin(always);

const f64 = (...shape: number[]): Value => input({ dtype: "f64", shape }, "x");
const zeros = full(0, { dtype: "f64", shape: [B, H] });
const [xs, u, v, w] = [f64(T, B, H), f64(H, H), f64(H, H), f64(H, H)];
const after = (outputs: readonly Value[], pass: Pass = split): Graph =>
  runPasses([pass], graph([xs, u, v, w], outputs), { verify: true });
/** What the bodies of the scans of a graph do. */
const bodiesOf = (optimised: Graph): readonly string[] =>
  scansOf(optimised).map(({ attrs }) => opsOf(attrs.body));

/** Two tanh cells, the upper one on what `between` makes of the lower one's state. */
const tower = (between: (h: Value, x: Value) => Value, seen: "last" | "all" = "last"): readonly Value[] => {
  const step = ({ h, k }: { h: Value; k: Value }, x: Value) => {
    const low = tanh(add(matmul(h, u), x));
    const high = tanh(add(matmul(k, v), matmul(between(low, x), w)));
    return [{ h: low, k: high }, seen === "all" ? { low, high } : undefined] as const;
  };
  const [{ h, k }, rows] = scan(step, { h: zeros, k: zeros }, xs);
  return rows ? [h, k, rows.low, rows.high] : [h, k];
};

const layers = (count: number): Program => [
  (params: readonly Lstm[], inputs: Value) => {
    const start = params.map(() => ({ h: zeros, c: zeros }));
    const step = (states: readonly { h: Value; c: Value }[], x: Value) => {
      let y = x;
      const next = states.map((state, i) => {
        const [after, out] = lstm(params[i]!)(state, y);
        y = out;
        return after;
      });
      return [next, y] as const;
    };
    const [, ys] = scan(step, start, inputs);
    return gradient(sum(square(ys)), { params, inputs });
  },
  [
    Array.from({ length: count }, () => ({ wx: random(H, 4 * H), wh: random(H, 4 * H), b: random(4 * H) })),
    random(T, B, H),
  ],
];

const passes = (pass: Pass): readonly Pass[] => [
  eliminateCommon,
  mergeScans,
  simplify,
  eliminateDead,
  batchWeightGradients,
  pass,
  batchProjectionsWithin(always),
];

describe("two layers are a loop each", () => {
  test("the lower one emits what the upper one reads, also where nobody else sees it", () => {
    expect(bodiesOf(after(tower((h) => h)))).toEqual(["matmul add tanh", "matmul matmul add tanh"]);
    const [low, high] = scansOf(after(tower((h) => h, "all")));
    expect(low!.outputs).toHaveLength(2);
    expect(high!.inputs).toContain(low!.outputs[1]);
  });

  test("what stands between them is made in the lower loop, where the product can leave the upper one", () => {
    const optimised = runPasses([split, batchProjectionsWithin(always)], graph([xs, u, v, w], tower(mul)), {
      verify: true,
    });
    expect(bodiesOf(optimised)).toEqual(["matmul add tanh mul", "matmul add tanh"]);
  });

  test("what needs no state is made in both, and not stored for all steps", () => {
    const shared = (x: Value): Value => add(x, tanh(x));
    const step = ({ h, k }: { h: Value; k: Value }, x: Value) => {
      const low = tanh(add(matmul(h, u), shared(x)));
      return [{ h: low, k: add(mul(k, shared(x)), matmul(low, w)) }, undefined] as const;
    };
    const [last] = scan(step, { h: zeros, k: zeros }, xs);
    const optimised = runPasses([eliminateCommon, split], graph([xs, u, v, w], [last.k]), { verify: true });
    const [low, high] = scansOf(optimised);
    expect(bodiesOf(optimised)).toEqual(["matmul tanh add add tanh", "tanh add matmul mul add"]);
    expect(high!.inputs.filter((x) => x.node === low)).toHaveLength(1);
  });

  test.each([2, 3])("%s LSTMs and their gradient, from the last layer to the first", (count) => {
    const [before, after] = [
      optimised(layers(count), passes(eliminateDead)),
      optimised(layers(count), passes(split)),
    ];
    expect(inLoops(before)).toEqual([2 * count - 1, 2 * count - 1]);
    const own = Array.from({ length: 2 * count }, () => 1);
    expect(inLoops(after)).toEqual(own);
    expect(difference(layers(count), passes(split))).toBeLessThan(2 ** -53 * 4096);
  });
});

describe("stays one loop", () => {
  test("where weights are light or rows are many", () => {
    const bytes = 2 * H * H * 8;
    const parts = (heavy: { bytes: number; rows: number }): number =>
      scansOf(
        after(
          tower((h) => h),
          splitScansWithin({ ...always, heavy }),
        ),
      ).length;
    expect(parts({ bytes: bytes - 1, rows: B + 1 })).toBe(2);
    expect(parts({ bytes, rows: B + 1 })).toBe(1);
    expect(parts({ bytes: bytes - 1, rows: B })).toBe(1);
  });

  test("where the lower layer reads the upper one", () => {
    const step = ({ h, k }: { h: Value; k: Value }, x: Value) => {
      const low = tanh(add(matmul(h, u), x, k));
      return [{ h: low, k: tanh(add(matmul(k, v), matmul(low, w))) }, undefined] as const;
    };
    const [last] = scan(step, { h: zeros, k: zeros }, xs);
    expect(scansOf(after([last.h, last.k]))).toHaveLength(1);
  });

  test("where nothing would leave the upper loop", () => {
    const step = ({ h, k }: { h: Value; k: Value }, x: Value) => {
      const low = tanh(add(matmul(h, u), x));
      return [{ h: low, k: add(matmul(k, v), low) }, undefined] as const;
    };
    const [last] = scan(step, { h: zeros, k: zeros }, xs);
    expect(scansOf(after([last.h, last.k]))).toHaveLength(1);
  });

  test("where more would be stored than is projected", () => {
    const narrow = f64(H, 1);
    const step = ({ h, k }: { h: Value; k: Value }, x: Value) => {
      const low = tanh(add(matmul(h, u), x));
      return [{ h: low, k: add(mul(k, low), matmul(low, narrow)) }, undefined] as const;
    };
    const [last] = scan(step, { h: zeros, k: zeros }, xs);
    const closed = graph([xs, u, narrow], [last.k]);
    expect(scansOf(runPasses([split], closed, { verify: true }))).toHaveLength(1);
  });
});
