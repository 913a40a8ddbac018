import type { Kernel } from "../../ir/kernel.ts";
import type { Callee } from "./code.ts";
import { writeContract } from "./contract.ts";
import type { Emission } from "./emission.ts";
import { lanesFor, type Frame } from "./frame.ts";
import { writeMap } from "./map.ts";
import { writeReduce } from "./reduce.ts";
import { writeScatterAdd } from "./scatter-add.ts";

/**
 * The function of a kernel. It takes the address of each operand's first element, in bytes; sizes and strides are
 * constants in its code.
 */
export const writeKernel = (emission: Emission, kernel: Kernel): Callee =>
  emission.module.function(
    kernel.dtypes.map(() => "i32"),
    [],
    (f) => {
      const { dtypes } = kernel;
      const frame = (bodies: Parameters<typeof lanesFor>[1]): Frame => ({
        f,
        emission,
        dtypes,
        lanes: lanesFor(dtypes, bodies),
      });
      switch (kernel.form) {
        case "map":
          return writeMap(frame([kernel.body]), kernel);
        case "reduce":
          return writeReduce(frame([kernel.body, kernel.epilogue]), kernel);
        case "contract":
          return writeContract(frame([]), kernel);
        case "scatterAdd":
          return writeScatterAdd(frame([]), kernel);
      }
    },
  );
