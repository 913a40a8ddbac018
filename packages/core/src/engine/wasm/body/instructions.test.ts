import { instructions } from "../../../../test/kernels/instructions.ts";
import { expectSame } from "../../../../test/wasm.ts";

instructions(expectSame, { expands: false });
