import { esm } from "../../scripts/tsup-base.ts";

export default esm(["src/index.ts", "src/engine.ts", "src/node.ts", "src/wasm.ts"]);
