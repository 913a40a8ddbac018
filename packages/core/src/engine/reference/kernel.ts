import type { Kernel } from "../../ir/kernel.ts";
import type { Surroundings } from "./body.ts";
import { prepareContract } from "./contract.ts";
import { prepareMap } from "./map.ts";
import { prepareReduce } from "./reduce.ts";
import { prepareScatterAdd } from "./scatter-add.ts";

/** A kernel with its registers, ready to run on operands whose first elements lie at `addresses`. */
export type PreparedKernel = (addresses: readonly number[], around: Surroundings) => void;

export function prepareKernel(kernel: Kernel): PreparedKernel {
  switch (kernel.form) {
    case "map":
      return prepareMap(kernel);
    case "reduce":
      return prepareReduce(kernel);
    case "contract":
      return prepareContract(kernel);
    case "scatterAdd":
      return prepareScatterAdd(kernel);
  }
}
