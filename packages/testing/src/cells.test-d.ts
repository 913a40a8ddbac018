import type { Tensor, Value } from "@unroll/core";
import { cell, lstm, state } from "@unroll/layers";
import type fc from "fast-check";
import { test } from "vitest";
import { checkCell } from "./cells.ts";

declare const x: Tensor;
declare const tensors: fc.Arbitrary<Tensor>;
declare const pairs: fc.Arbitrary<{ readonly x: Tensor; readonly t: Tensor }>;

const phased = (_: number, hidden: number) =>
  cell({
    params: {},
    state: { h: state(hidden) },
    step: (__, s, { x: row }: { readonly x: Value; readonly t: Value }) => [s, row],
  });

test("a cell is checked on its own kind of inputs and states", () => {
  checkCell(lstm(2, 3), { inputs: 2, state: { h: x, c: x } });
  checkCell(lstm(2, 3), { inputs: x });
  checkCell(phased(2, 3), { inputs: { x, t: x } });
  checkCell(phased, { inputs: () => pairs });
  // @ts-expect-error there is no t
  checkCell(phased(2, 3), { inputs: { x } });
  // @ts-expect-error there is no t
  checkCell(phased, { inputs: () => tensors });
  // @ts-expect-error there is no c
  checkCell(lstm(2, 3), { inputs: 2, state: { h: x } });
});

test("sizes of inputs are those of a cell, or drawn", () => {
  checkCell(lstm);
  checkCell(lstm, { maxSize: 3 });
  // @ts-expect-error they are not said
  checkCell(lstm(2, 3), { runs: 3 });
  // @ts-expect-error they are drawn
  checkCell(lstm, { inputs: 3 });
});
