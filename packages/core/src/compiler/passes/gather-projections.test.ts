import { describe, expect, test } from "vitest";
import { contractions, inLoops, optimised, opsOf, type Program } from "../../../test/passes.ts";
import { programs, random } from "../../../test/programs.ts";
import {
  add,
  einsum,
  full,
  gradient,
  graph,
  input,
  matmul,
  mul,
  scan,
  scatterAdd,
  sum,
  take,
  tanh,
  tensor,
  transpose,
  type Graph,
  type Value,
} from "../../index.ts";
import { runPasses } from "../pass.ts";
import { pipeline } from "../pipeline.ts";
import { gatherProjections } from "./gather-projections.ts";

const table = input({ dtype: "f64", shape: [3, 4] }, "table");
const w = input({ dtype: "f64", shape: [4, 5] }, "w");
const ids = input({ dtype: "i32", shape: [7, 2] }, "ids");
const d = input({ dtype: "f64", shape: [7, 2, 5] }, "d");
const run = (y: Value): Graph =>
  runPasses([gatherProjections], graph([table, w, ids, d], [y]), { verify: true });

describe("a table of fewer rows than are taken", () => {
  test("is projected before it is taken from", () => {
    expect(opsOf(run(matmul(take(table, ids), w)))).toBe("einsum take");
    expect(opsOf(run(einsum("kn,tbk->nbt", w, take(table, ids))))).toBe("einsum take transpose");
  });

  test("has gradients of its own size", () => {
    const { table: dTable, w: dW } = gradient(sum(mul(matmul(take(table, ids), w), d)), { table, w });
    expect(opsOf(run(dW))).toBe(
      "broadcastTo mul scatterAdd einsum".replace("broadcastTo", "reshape broadcastTo"),
    );
    expect(opsOf(run(dTable))).toBe("reshape broadcastTo mul scatterAdd einsum");
  });
});

describe("stays", () => {
  const few = input({ dtype: "i32", shape: [3] }, "few");
  const all = (y: Value): Graph =>
    runPasses([gatherProjections], graph([table, w, few, d, ids], [y]), { verify: true });

  test("what takes no more rows than there are", () => {
    expect(opsOf(all(matmul(take(table, few), w)))).toBe("take matmul");
    expect(opsOf(all(scatterAdd(matmul(take(table, few), w), few, 3)))).toBe("take matmul scatterAdd");
  });

  test("a product over the rows themselves with what has none, and a weight for each row", () => {
    expect(opsOf(all(einsum("tbk,tkn->tbn", take(table, ids), tanh(einsum("tbn,kn->tkn", d, w)))))).toBe(
      "take sum einsum tanh einsum",
    );
  });

  test("a product that others use as well", () => {
    const product = matmul(d, transpose(w));
    expect(contractions(all(add(scatterAdd(product, ids, 3), sum(product))))).toBe(1);
    expect(opsOf(all(add(scatterAdd(product, ids, 3), sum(product))))).toContain("matmul scatterAdd");
  });
});

test("in a loop, rows are those of all steps", () => {
  const start = full(0, { dtype: "f64", shape: [2, 5] });
  const step = (s: Value, id: Value): readonly [Value, undefined] => [
    add(s, matmul(take(table, id), w)),
    undefined,
  ];
  const [last] = scan(step, start, ids);
  expect(opsOf(run(last))).toBe("scan(einsum take add)");
});

test("a character model takes fewer products, and none of them for every character's place", () => {
  const program: Program = programs["a language model of two layers, trained by one step of RMSProp"]!;
  const graph = optimised(program, pipeline);
  // The first layer's rows are taken from products of the table.
  expect(inLoops(graph)).toEqual([1, 1, 1, 1]);
  expect(opsOf(graph)).toContain("einsum scan(matmul broadcastTo take ");
  expect(
    opsOf(
      optimised(
        [(t: Value, i: Value) => take(t, i), [random(3, 4), tensor([0, 1], { dtype: "i32" })]],
        pipeline,
      ),
    ),
  ).toBe("take");
});
