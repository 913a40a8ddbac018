import { checkCell } from "@unroll/testing/cells";
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compile, evaluate, flatten, fromArray, gradient, sum, type Tensor, type Value } from "@unroll/core";
import { everyCell, type AnyPublished } from "../../test/every-cell.ts";
import { anyState } from "../../test/plain-runs.ts";
import { mapTensors } from "../../test/trees.ts";
import * as layers from "../index.ts";
import { init, initialState, unroll } from "../index.ts";

const [T, B, I, H] = [3, 2, 3, 4];
const f64 = { dtype: "f64" } as const;

/** Cells of few ops: the others have no op that these do not have, but more of them. */
const short = /^(rnn|irnn|jordan|indRnn|lstm$|gru|mgu|ugrnn|sru|qrnn, fo|rhn$|scrn|clockwork|fastWeights$)/;

/** From step to step the fifth power of what was there: the third step of inputs of 10000 has no number in f32. */
const grows = /^fastWeights without norm$/;

test.for(Object.entries(everyCell))("%s keeps the rules of cells", ([name, published]) => {
  const cell = published.make(I, H) as unknown as AnyPublished;
  const { sequence, possible } = published;
  const state =
    possible &&
    mapTensors(anyState(evaluate(initialState(cell.state, { batch: B, ...f64 })), 1), (x, path) =>
      possible(path, x),
    );
  checkCell(cell, {
    inputs: sequence ? (sequence([T, B, I], 1, 1) as Tensor) : I,
    runs: 1,
    maxSteps: grows.test(name) ? 2 : 3,
    maxBatch: 2,
    order: short.test(name) ? 2 : 1,
    ...(state && { state }),
  });
});

/** Of inputs that are not any numbers, `checkCell` enlarges none. */
const timedOrImages = Object.entries(everyCell).filter(([, { sequence }]) => sequence);

test.for(timedOrImages)(
  "%s is finite in f32 for inputs of ten thousand, and so is its gradient",
  ([, published]) => {
    const cell = published.make(I, H) as unknown as AnyPublished;
    const run = compile((p: object, xs: Value) => {
      const [last, ys] = unroll(cell, p, initialState(cell.state, { batch: B, dtype: "f32" }), xs);
      return { last, ys, d: gradient(sum(ys as Value), p, { allowUnused: true }) };
    });
    const xs = published.sequence!([T, B, I], 1, 1e4);
    const single = mapTensors(xs, ({ shape, data }) =>
      fromArray({ dtype: "f32", shape }, Float32Array.from(data)),
    );
    for (const { path, leaf } of flatten(run(init(cell.params, 1), single as Tensor))) {
      expect((leaf as Tensor).data.every(Number.isFinite), path).toBe(true);
    }
  },
);

/** Cells that are exported and stand in no row of the table: a new one is checked before it has any. */
function others(): readonly Maker[] {
  const folder = new URL(".", import.meta.url);
  const known = Object.keys(everyCell).map((name) => name.toLowerCase());
  return readdirSync(folder)
    .filter((file) => !/\.test\.ts$|^gate-bias/.test(file))
    .filter((file) => !known.some((name) => name.startsWith(file.replace(".ts", "").replaceAll("-", ""))))
    .flatMap((file) => [
      ...readFileSync(new URL(file, folder), "utf8").matchAll(/^export (?:function|const) (\w+)/gm),
    ])
    .flatMap(([, name]) => {
      const make = (layers as Readonly<Record<string, unknown>>)[name!];
      return typeof make === "function" ? [make as Maker] : [];
    });
}

type Maker = (inputs: number, hidden: number) => AnyPublished;

test("cells whose equations nobody has written down yet keep the rules of cells", () => {
  for (const make of others()) checkCell((inputs, hidden) => make(inputs, hidden), { runs: 3, maxSteps: 3 });
});
