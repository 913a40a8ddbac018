import type { Kernel } from "../../../ir/kernel.ts";
import type { Callee } from "../encode/code.ts";
import { writeContract } from "../contract/contract.ts";
import type { Emission } from "../emission.ts";
import { frameOf } from "./frame.ts";
import { mapFunction } from "./map.ts";
import { writeReduce } from "./reduce.ts";
import { writeScatterAdd } from "./scatter-add.ts";

/**
 * The function of a kernel. It takes the address of each operand's first element, in bytes; sizes and strides are
 * constants in its code. If the kernel is a share of another one, sums are taken in the order in which that one takes
 * them: a share has the same bits as the whole.
 */
export function kernelFunction(emission: Emission, kernel: Kernel, whole: Kernel = kernel): Callee {
  const { dtypes } = kernel;
  const { module } = emission;
  const parameters = dtypes.map(() => "i32" as const);
  switch (kernel.form) {
    case "map":
      return mapFunction(emission, kernel);
    case "reduce":
      return module.function(parameters, [], (f) =>
        writeReduce(
          frameOf(f, emission, dtypes, [kernel.body, kernel.epilogue]),
          kernel,
          whole as typeof kernel,
        ),
      );
    case "contract":
      return module.function(parameters, [], (f) =>
        writeContract(frameOf(f, emission, dtypes), kernel, whole as typeof kernel),
      );
    case "scatterAdd":
      return module.function(parameters, [], (f) => writeScatterAdd(frameOf(f, emission, dtypes), kernel));
  }
}
