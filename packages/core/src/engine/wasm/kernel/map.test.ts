import { mapKernels } from "../../../../test/kernels/map.ts";
import { expectSame } from "../../../../test/wasm.ts";

mapKernels(expectSame);
