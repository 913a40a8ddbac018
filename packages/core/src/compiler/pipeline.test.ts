import { describe, expect, test } from "vitest";
import { characterModel } from "../../test/character-model.ts";
import { contractions, count, inLoops, opsOf, optimised, scansOf, type Program } from "../../test/passes.ts";
import { random } from "../../test/programs.ts";
import {
  add,
  applyOp,
  full,
  gradient,
  matmul,
  scan,
  sigmoid,
  split,
  sum,
  take,
  tanh,
  tensor,
  mul,
  type Graph,
  type Op,
  type Value,
} from "../index.ts";
import { nodesOf } from "../graph/graph.ts";
import type { ScanAttrs } from "../scan/layout.ts";
import { printPasses } from "../ir/print.ts";
import { runPasses, tracePasses } from "./pass.ts";
import { pipeline } from "./pipeline.ts";
import { letterBeside } from "./passes/letters.ts";

/** Multiplications and additions of all contractions, those in loops as often as they run. */
function flops(graph: Graph, turns = 1): number {
  return nodesOf(graph).reduce((total, { op, attrs, inputs }) => {
    const inside = (op.bodies?.(attrs) ?? []).map((body) => flops(body, turns * (attrs as ScanAttrs).length));
    const letters = op.traits?.contraction?.(attrs);
    const sizes = new Map(
      letters
        ? [letters.a, letters.b].flatMap((names, i) =>
            names.split("").map((name, axis) => [name, inputs[i]!.shape[axis]!] as const),
          )
        : [],
    );
    const own = letters ? 2 * [...sizes.values()].reduce((product, size) => product * size, 1) : 0;
    return total + own * turns + inside.reduce((a, b) => a + b, 0);
  }, 0);
}

describe("training a character model", () => {
  const sizes = { steps: 50, batch: 50, hidden: 128, vocabulary: 65 };

  test("runs each layer once forward and once backward, with no product that could be elsewhere", () => {
    const before = characterModel({ ...sizes, stacked: false });
    const after = runPasses(pipeline, before, { verify: true });
    expect(inLoops(before)).toEqual([2, 2, 2, 4, 2, 4]);
    // h wh; x wx and h wh; dz wh and dz wx; dz wh. The rows of x wx are taken from products of the table.
    expect(inLoops(after)).toEqual([1, 2, 2, 1]);
    expect(scansOf(after).map(({ attrs }) => attrs.carries)).toEqual([2, 2, 2, 2]);
    // e wx, hs w, and of the gradients those of w, hs, two of the second layer, wh and wx of the first, e.
    expect(contractions(after)).toBe(9);
    // Rows are taken step by step, and their gradients are scattered after the loop.
    expect(count(after, "scatterAdd")).toBe(1);
    expect(scansOf(after).map(({ attrs }) => count(attrs.body, "take"))).toEqual([1, 0, 0, 0]);
    expect([flops(before), flops(after)].map((n) => (n / 1e9).toFixed(2))).toEqual(["5.37", "3.10"]);
  });

  test("as one cell of two layers, too", () => {
    const before = characterModel({ ...sizes, stacked: true });
    const after = runPasses(pipeline, before, { verify: true });
    expect(inLoops(before)).toEqual([4, 4, 8]);
    expect(inLoops(after)).toEqual([3, 3]);
    expect(flops(after)).toBe(flops(runPasses(pipeline, characterModel({ ...sizes, stacked: false }))));
  });

  test("runs along no sequence that is constant, and captures no number", () => {
    const after = runPasses(pipeline, characterModel({ ...sizes, stacked: false }));
    const given = scansOf(after).flatMap(({ inputs, attrs }) => inputs.slice(attrs.carries));
    expect(given.filter(({ node }) => node.op.name === "full")).toEqual([]);
  });

  test("at a batch of one also projects the rows of all steps at once", () => {
    const model = characterModel({ ...sizes, batch: 1, stacked: false });
    expect(inLoops(runPasses(pipeline, model, { verify: true }))).toEqual([1, 1, 1, 1]);
  });
});

/** An op of a user's own that is like another in all but its name. */
const copies = new Map<Op, Op>();
function copied(y: Value): Value {
  const { op, inputs, attrs } = y.node;
  const copy = copies.get(op) ?? { ...op, name: `my ${op.name}` };
  copies.set(op, copy);
  return applyOp(copy, inputs, attrs)[0]!;
}

test("copies of ops are optimised like the ops", () => {
  const model = (own: (y: Value) => Value): Program => [
    (p: { e: Value; wx: Value; wh: Value; b: Value }, ids: Value) => {
      const start = full(0, { dtype: "f64", shape: [2, 4] });
      const step = (s: { h: Value; c: Value }, x: Value) => {
        const z = own(add(own(add(own(matmul(x, p.wx)), own(matmul(s.h, p.wh)))), p.b));
        const [i, f, o, g] = split(z, 4);
        const c = own(add(mul(sigmoid(f), s.c), mul(sigmoid(i), tanh(g))));
        const h = mul(sigmoid(o), tanh(c));
        return [{ h, c }, own(add(h, full(0, h.type)))] as const;
      };
      const [, hs] = scan(step, { h: start, c: start }, own(take(p.e, ids)));
      return gradient(sum(mul(hs, hs)), p);
    },
    [
      { e: random(3, 4), wx: random(4, 16), wh: random(4, 16), b: random(16) },
      tensor(new Int32Array(10), { shape: [5, 2] }),
    ],
  ];
  const ours = optimised(
    model((y) => y),
    pipeline,
  );
  const theirs = optimised(model(copied), pipeline);
  expect(opsOf(theirs)).toContain("my ");
  expect(opsOf(theirs).replaceAll("my ", "")).toBe(opsOf(ours));
});

test("passes are traced, and left out by name", () => {
  const model = characterModel({ steps: 3, batch: 2, hidden: 4, vocabulary: 5, stacked: false });
  const done: string[] = [];
  runPasses(pipeline, model, {
    trace: ({ name }) => done.push(name),
    without: ["simplify", "gatherProjections"],
  });
  expect(done).toEqual(
    pipeline.map(({ name }) => name).filter((name) => name !== "simplify" && name !== "gatherProjections"),
  );
  expect(scansOf(runPasses(pipeline, model, { without: ["mergeScans"], verify: true }))).toHaveLength(6);
  expect(() => runPasses(pipeline, model, { without: ["fuse"] })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: passes: there is none called "fuse".
    They are eliminateCommon, mergeScans, simplify, eliminateDead, batchWeightGradients, splitScans, batchProjections, gatherProjections, hoistInvariant, gatherInLoops, recomputeResiduals.]
  `);
});

test("passes are explained by the numbers of nodes that they leave", () => {
  const model = characterModel({ steps: 50, batch: 50, hidden: 128, vocabulary: 65, stacked: false });
  expect(printPasses(tracePasses(pipeline, model)).join("\n")).toMatchInlineSnapshot(`
    "passes
      eliminateCommon       355 -> 310
      mergeScans            310 -> 278
      simplify              278 -> 272
      eliminateDead         272 -> 272
      batchWeightGradients  272 -> 272
      splitScans            272 -> 272
      batchProjections      272 -> 272
      gatherProjections     272 -> 273
      hoistInvariant        273 -> 273
      gatherInLoops         273 -> 273
      recomputeResiduals    273 -> 273
      eliminateCommon       273 -> 272
      mergeScans            272 -> 272
      simplify              272 -> 264
      eliminateDead         264 -> 264"
  `);
});

test("there is a letter beside any others", () => {
  expect(letterBeside("tmk", "kn")).toBe("v");
});
