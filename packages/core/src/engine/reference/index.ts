import { StaleError } from "../../tensor/error.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Engine } from "../engine.ts";
import { interpreter } from "./interpret.ts";
import { plan } from "./plan.ts";

/**
 * The engine that all others are compared with: it computes node by node, each number in its own dtype, by the
 * plainest loops there are. It runs everywhere, checks indices, and is slow.
 */
export function reference(): Engine {
  let disposed = false;
  const checkAlive = (alive: boolean, what: string): void => {
    if (!alive || disposed)
      throw new StaleError(`reference: ${alive ? "the engine" : what} was disposed of.`);
  };
  const engine: Engine = {
    name: "reference",
    checks: "indices",
    plan,
    load(program) {
      checkAlive(true, "");
      const run = interpreter(program);
      let loaded = true;
      return {
        run(inputs) {
          checkAlive(loaded, "the program");
          return run(inputs);
        },
        dispose() {
          loaded = false;
        },
      };
    },
    store({ type, data }) {
      checkAlive(true, "");
      const copy = data.slice();
      const read = (): typeof copy => {
        checkAlive(true, "");
        return copy;
      };
      return new Tensor(type, { read, owner: engine });
    },
    dispose() {
      disposed = true;
    },
  };
  return engine;
}
