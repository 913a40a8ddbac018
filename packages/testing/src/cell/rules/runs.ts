import type { Rule } from "../rule.ts";
import { traceValues, unrolled } from "../run.ts";

/** What building the graph throws breaks this rule: a state of another type after the step, sizes that do not fit. */
export const runs: Rule = {
  name: "it runs along a sequence",
  check(one) {
    traceValues(unrolled(one), one.given);
    return undefined;
  },
};
