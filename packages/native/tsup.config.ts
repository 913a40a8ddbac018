import { esm } from "../../scripts/tsup-base.ts";

export default esm(["src/index.ts", "src/command.ts"]);
