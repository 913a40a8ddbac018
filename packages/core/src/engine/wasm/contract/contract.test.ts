import { expect, test } from "vitest";
import { contractKernels, sines } from "../../../../test/kernels/contract.ts";
import { filledAll } from "../../../../test/kernels/expect.ts";
import { layouts, viewOf } from "../../../../test/views.ts";
import { expectSame, runOnWasm } from "../../../../test/wasm.ts";
import { emitContract } from "../../../ir/emit.ts";

const letters = { a: "mk", b: "kn", out: "mn" };

contractKernels(expectSame, (emitted, arrays) =>
  expectSame(emitted, arrays, { relaxed: true, keepsOrder: true }),
);

test("the host's compiler changes the tiles, and no bit", () => {
  for (const [m, k, n] of [
    [9, 64, 20],
    [1, 500, 3],
    [66, 130, 70],
    [2, 33, 2],
  ] as const) {
    for (const layoutB of ["compact", "transposed"]) {
      const [a, b] = [viewOf("f32", [m, k]), layouts[layoutB]!("f32", [k, n])];
      const out = viewOf("f32", [m, n]);
      const emitted = emitContract({ a, b, out, letters });
      const results = [true, false].map((keepsOrder) => {
        const arrays = sines(filledAll(a, b, out));
        runOnWasm(emitted, arrays, { relaxed: false, keepsOrder });
        return arrays.get(out.buffer);
      });
      expect(results[0]).toEqual(results[1]);
    }
  }
});
