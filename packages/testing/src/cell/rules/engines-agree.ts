import { constant, reference, tensor } from "@unroll/core";
import { widen, widenTensor } from "../../widen.ts";
import { disagreement } from "../agreement.ts";
import type { Rule } from "../rule.ts";
import { numbersOf, traceInF32, unrolled } from "../run.ts";

/** The engine in f32 gives the numbers of f64, up to a bound from the roundings of this very graph. */
export const enginesAgree: Rule = {
  name: "f32 on a fast engine is f64 up to roundings",
  check(one) {
    const lengths = constant(tensor(Int32Array.from(one.lengths)));
    const cell = one.cell.rows === "coupled" ? unrolled(one) : unrolled(one, { lengths });
    const run = traceInF32(one, cell, one.given);
    const wide = { ...run, graph: widen(run.graph), inputs: run.inputs.map(widenTensor) };
    const engine = one.subject.engine();
    return disagreement({
      actual: numbersOf(run, engine),
      expected: numbersOf(wide, reference()),
      actually: `by ${engine.name}`,
      expectedly: "in f64",
      run,
      dtype: "f32",
      remedy: "A graph means the same on every engine: this is a mistake of the engine.",
    });
  },
};
