import fc from "fast-check";
import { expect, test } from "vitest";
import { after } from "../../test/passes.ts";
import { argsOf, lstm } from "../../test/recurrence.ts";
import { compile, flatten, reference, type Engine, type Tensor } from "../index.ts";
import { pipeline } from "../compiler/pipeline.ts";
import type { ScanOptions } from "./scan.ts";

/** All results of an LSTM and its gradient, one number after the other. */
function results(args: readonly unknown[], options: ScanOptions, engine: Engine): number[] {
  const f = compile(lstm(options) as (...xs: unknown[]) => unknown, { engine });
  return flatten(f(...(args as never[]))).flatMap(({ leaf }) => [...(leaf as Tensor).data]);
}

test("with remat a scan and its gradient are what they are without, before and after the compiler's passes", () => {
  const T = fc.integer({ min: 0, max: 9 });
  const remat = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant("all" as const));
  fc.assert(
    fc.property(T, remat, fc.boolean(), fc.boolean(), (length, k, reverse, passes) => {
      const args = argsOf(length);
      const plain = results(args, { reverse }, reference());
      const again = results(args, { reverse, remat: k }, passes ? after(pipeline) : reference());
      // A few hundred roundings of numbers around 1; only the sums over time have another order.
      expect(again).toEqual(plain.map((x) => expect.closeTo(x, 12)));
    }),
  );
});
