import { scatterAddKernels } from "../../../../test/kernels/scatter-add.ts";
import { expectSame } from "../../../../test/wasm.ts";

scatterAddKernels(expectSame);
