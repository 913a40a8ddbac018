import { fromArray, type Tensor } from "@unroll/core";
import { placeOf } from "../agreement.ts";
import { mapTensors } from "../case.ts";
import type { Rule } from "../rule.ts";
import { isFloat, numbersOf, traceInF32, unrolled } from "../run.ts";

/** Inputs are at most 2 as they are drawn. */
const enlarged = 5000;

/** In f32, where training happens, large inputs overflow nothing: neither values nor gradients. */
export const staysFinite: Rule = {
  name: "values and gradients are finite for inputs up to 10000 in f32",
  check(one) {
    const large = {
      ...one.given,
      xs: one.subject.anyInputs ? mapTensors(one.given.xs, enlarge) : one.given.xs,
    };
    const traced = traceInF32(one, unrolled(one), large);
    for (const [path, x] of numbersOf(traced, one.subject.engine())) {
      const at = x.data.findIndex((n: number) => !Number.isFinite(n));
      if (at < 0) continue;
      return {
        what: `${placeOf(path, x, at)} is ${x.data[at]}${one.subject.anyInputs ? " for inputs up to 10000" : ""}.`,
        remedy: "Write exponentials so that they do not overflow: sigmoid, softplus, logSumExp, softmax.",
      };
    }
    return undefined;
  },
};

const enlarge = (x: Tensor): Tensor =>
  isFloat(x)
    ? fromArray(
        x.type,
        x.data.map((n: number) => n * enlarged),
      )
    : x;
