import { kernelKey, type Kernel } from "@unroll/core/engine";
import { printContract } from "./contract/contract.ts";
import type { Functions } from "./functions.ts";
import { printMap } from "./map.ts";
import { printReduce } from "./reduce.ts";
import { printScatterAdd } from "./scatter-add.ts";

/**
 * The name of a kernel's function. It takes a pointer to the first element of each operand, and a contraction also
 * memory for copies; sizes and strides are constants in its code. The kernel may be a share of a larger one.
 */
export const kernelFunction = (functions: Functions, kernel: Kernel, whole: Kernel): string =>
  functions.named(kernel.form, `${kernelKey(kernel)} of ${kernelKey(whole)}`, (text, name) => {
    const { target } = functions;
    switch (kernel.form) {
      case "map":
        return printMap(text, name, kernel, target);
      case "reduce":
        return printReduce(text, name, kernel, whole as typeof kernel, target);
      case "contract":
        return printContract(text, name, kernel, whole as typeof kernel, functions);
      case "scatterAdd":
        return printScatterAdd(text, name, kernel, target);
    }
  });
