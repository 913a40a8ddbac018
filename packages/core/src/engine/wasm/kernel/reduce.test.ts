import { expect, test } from "vitest";
import { filledAll } from "../../../../test/kernels/expect.ts";
import { reduceKernels } from "../../../../test/kernels/reduce.ts";
import { filled, viewOf } from "../../../../test/views.ts";
import { expectSame, runOnWasm } from "../../../../test/wasm.ts";
import { emitReduce } from "../../../ir/emit.ts";

reduceKernels(expectSame);

test("a long sum has no more than the rounding of its lanes", () => {
  const x = viewOf("f32", [100_003]);
  const write = viewOf("f32", [1]);
  const data = filled(x).map((_, i) => Math.sin(i));
  const arrays = filledAll(write).set(x.buffer, data);
  const emitted = emitReduce({ reads: [x], axes: [0], combine: "sum", write });
  const exact = Array.from(data).reduce((sum, y) => sum + y, 0);
  runOnWasm(emitted, arrays);
  expect(Math.abs(arrays.get(write.buffer)![0]! - exact)).toBeLessThan(1e-3);
});
