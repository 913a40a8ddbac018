import { afterAll, afterEach, describe, test, vi } from "vitest";
import { contractKernels } from "../../core/test/kernels/contract.ts";
import { instructions } from "../../core/test/kernels/instructions.ts";
import { mapKernels } from "../../core/test/kernels/map.ts";
import { reduceKernels } from "../../core/test/kernels/reduce.ts";
import { scatterAddKernels } from "../../core/test/kernels/scatter-add.ts";
import { Batch } from "./batch.ts";
import { missing } from "./toolchain.ts";

// A hundred kernels take some seconds to compile, and ten times as long where they are watched by sanitizers.
vi.setConfig({ hookTimeout: 600_000 });

/**
 * Compiling all of thousands of kernels takes minutes, so that by default some are. The steps have no factor in common
 * with the numbers of sizes and layouts that the kernels run through.
 */
const isDeep = process.env["UNROLL_RUNS"] === "deep";
const steps = isDeep ? { most: 1, contract: 1, fused: 1 } : { most: 17, contract: 67, fused: 7 };

const why = missing();
test.skipIf(why !== undefined)(why ?? "there are a compiler and koffi", () => undefined);

function kernelsAsC(): void {
  const batch = new Batch();
  afterEach(() => batch.checkSome());
  // What is wrong with the last ones is told at the end, under the names of the tests that asked.
  afterAll(() => batch.check());
  instructions(batch.expectSame({ fused: false, oneOf: 1 }), { expands: true });
  const oneOf = batch.expectSame({ fused: false, oneOf: steps.most });
  mapKernels(oneOf);
  reduceKernels(oneOf);
  scatterAddKernels(oneOf);
  contractKernels(
    batch.expectSame({ fused: false, oneOf: steps.contract }),
    batch.expectSame({ fused: true, oneOf: steps.fused }),
  );
}

if (why === undefined) describe("kernels as C", kernelsAsC);
