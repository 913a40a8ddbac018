import { expect, test } from "vitest";
import { tensor } from "../../tensor/tensor.ts";
import { newDraft } from "../../ir/draft.ts";
import { emitCopy, emitMap, type Emitted } from "../../ir/emit.ts";
import type { Program, Statement } from "../../ir/program.ts";
import { verify } from "../../ir/verify.ts";
import { flipView, selectView } from "../../ir/view.ts";
import { interpreter } from "./interpret.ts";

// What the plans of this engine never do, and those of others may.

const origin = { node: 0, op: "op", text: "op" };

test("a state may lie in two places by turns", () => {
  const draft = newDraft();
  const call = ({ kernel, operands }: Emitted): Statement => ({
    kind: "call",
    kernel: draft.kernel(kernel),
    operands,
    origin,
  });
  const x = draft.allocate("x", { dtype: "f64", shape: [2] }, "input");
  const pair = draft.allocate("pair", { dtype: "f64", shape: [2, 2] }, "temporary");
  const [first, second] = [selectView(pair, 0, 0), selectView(pair, 0, 1)];
  const now = { ...first, steps: [{ loop: 0, stride: 2, period: 2 }] };
  const next = { ...second, steps: [{ loop: 0, stride: -2, period: 2 }] };
  const double = emitMap({ reads: [now], writes: [next], body: (s, [a]) => [s.add(a!, a!)] })!;
  const program: Program = {
    kernels: draft.kernels,
    buffers: draft.buffers,
    inputs: [x],
    outputs: [first, second, flipView(second, 0)],
    statements: [
      call(emitCopy(x, first)!),
      { kind: "loop", loop: 0, length: 5, reverse: false, body: [call(double)], origin },
    ],
    checks: "none",
  };
  verify(program);
  const results = interpreter(program)([tensor([1, 10], { dtype: "f64" })]);
  expect(results.map(({ data }) => [...data])).toEqual([
    [16, 160],
    [32, 320],
    [320, 32],
  ]);
});
