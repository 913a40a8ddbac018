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

test.each([
  // More steps than a block of the depth, more columns than are copied at once, and rows of b that are far apart.
  ["a long sum whose sides are both copied, block by block,", 101, 900, 1301],
  ["a short sum over rows that are far apart, of which copies are read,", 101, 17, 1301],
  ["a short sum over rows that are a page apart", 97, 33, 1024],
])("%s has the bits of its terms in order", (_, m, k, n) => {
  const [a, b] = [layouts["transposed"]!("f32", [m, k]), viewOf("f32", [k, n])];
  const out = viewOf("f32", [m, n]);
  const arrays = sines(filledAll(a, b, out));
  const [x, y] = [a, b].map(({ buffer }) => arrays.get(buffer)!) as [Float32Array, Float32Array];
  const expected = new Float32Array(m * n);
  for (let i = 0; i < m; i++)
    for (let t = 0; t < k; t++)
      for (let j = 0; j < n; j++) expected[i * n + j]! += Math.fround(x[t * m + i]! * y[t * n + j]!);
  runOnWasm(emitContract({ a, b, out, letters }), arrays, { relaxed: false, keepsOrder: true });
  expect(arrays.get(out.buffer)).toEqual(expected);
});
