import { StaleError } from "../../tensor/error.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { TypedArray } from "../../tensor/type.ts";
import { bytesOf, isOwn, livesOf } from "../../compiler/plan-memory.ts";
import type { Program } from "../../ir/program.ts";
import type { Engine, Executable } from "../engine.ts";
import { interpreter } from "./interpret.ts";
import { timedInterpreter } from "./timed.ts";
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
      const loaded = interpreted(program);
      let unloaded = false;
      const checkAlive = (): void => {
        check(disposed, "the engine");
        check(unloaded, "the program");
      };
      return {
        run(inputs) {
          checkAlive();
          return loaded.run(inputs);
        },
        timed(clock) {
          checkAlive();
          return loaded.timed(clock);
        },
        footprint: loaded.footprint,
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

/** A program of any engine, interpreted. */
export const interpreted = (program: Program): Required<Executable> => ({
  run: interpreter(program),
  timed: (clock) => timedInterpreter(program, clock),
  footprint: () => ({ own: ownBytes(program), copies: 0 }),
  dispose: () => undefined,
});

/** Every buffer that is touched has an array of its own. */
const ownBytes = (program: Program): number =>
  livesOf(program).reduce((sum, { buffer }) => (isOwn(buffer) ? sum + bytesOf(buffer) : sum), 0);
