import { constant, randomKey } from "@unroll/core";
import { trace } from "../../trace.ts";
import type { Given } from "../case.ts";
import type { Rule } from "../rule.ts";
import { unrolled } from "../run.ts";

/** Draws from one key are equal, and look like good ones. `compile` finds them and throws. */
export const usesKeysOnce: Rule = {
  name: "a key is used once",
  check(one) {
    const key = constant(randomKey(one.seed));
    const run = ({ params, state, xs }: Given) => unrolled(one, { key })(params, state, xs);
    trace(run as (given: never) => unknown, [one.given] as never);
    return undefined;
  },
};
