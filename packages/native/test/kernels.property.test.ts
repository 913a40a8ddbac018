import { afterEach, describe } from "vitest";
import { contractKernels } from "../../core/test/kernels/contract.ts";
import { instructions } from "../../core/test/kernels/instructions.ts";
import { mapKernels } from "../../core/test/kernels/map.ts";
import { reduceKernels } from "../../core/test/kernels/reduce.ts";
import { scatterAddKernels } from "../../core/test/kernels/scatter-add.ts";
import { Batch } from "./batch.ts";

/**
 * Compiling all of thousands of kernels takes minutes, so that by default some are. The steps have no factor in common
 * with the numbers of sizes and layouts that the kernels run through.
 */
const isDeep = process.env["UNROLL_RUNS"] === "deep";
const [some, few] = isDeep ? [1, 1] : [17, 67];

describe("kernels as C", () => {
  const batch = new Batch();
  afterEach(() => batch.check());
  const separate = (oneOf: number) => batch.expectSame({ fused: false, oneOf });
  instructions(separate(1), { expands: true });
  mapKernels(separate(some));
  reduceKernels(separate(some));
  scatterAddKernels(separate(some));
  contractKernels(separate(few), batch.expectSame({ fused: true, oneOf: isDeep ? 1 : 7 }));
});
