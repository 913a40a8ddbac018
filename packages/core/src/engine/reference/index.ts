import { StaleError } from "../../tensor/error.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { TypedArray } from "../../tensor/type.ts";
import type { Engine } from "../engine.ts";
import { interpreter } from "./interpret.ts";
import { plan } from "./plan.ts";

/**
 * The engine that all others are compared with: it computes node by node, each number in its own dtype, by the
 * plainest loops there are. It runs everywhere, checks indices, and is slow.
 */
export function reference(): Engine {
  let disposed = false;
  const check = (gone: boolean, what: string): void => {
    if (gone) throw new StaleError(`reference: ${what} was disposed of.`);
  };
  const engine: Engine = {
    name: "reference",
    checks: "indices",
    plan,
    load(program) {
      check(disposed, "the engine");
      const run = interpreter(program);
      let unloaded = false;
      return {
        run(inputs) {
          check(disposed, "the engine");
          check(unloaded, "the program");
          return run(inputs);
        },
        dispose() {
          unloaded = true;
        },
      };
    },
    store({ type, data }) {
      check(disposed, "the engine");
      const copy = data.slice();
      const read = (): TypedArray => {
        check(disposed, "the engine");
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
