import { fromArray, type Tensor } from "@unroll/core";
import { checkGraphGradient, GradientMismatchError, GradientUnclearError } from "../../check-gradient.ts";
import { uniformNumbers } from "../../random.ts";
import { mapTensors, type Case, type Given } from "../case.ts";
import type { Rule } from "../rule.ts";
import { isFloat, traceValues, unrolled } from "../run.ts";

/** Points beside a kink that are tried. */
const tries = 4;

/**
 * The gradient by every parameter, state and input through time is what finite differences give, and so is the gradient
 * of the gradient.
 *
 * At a kink there is no slope: then points nearby are tried. Beside one, or on one that a square smooths, as in
 * relu(x^2) at 0, differences and the rule for the kink may disagree; but a gradient that is wrong is wrong nearby too,
 * and along other directions: it is reported when two points say so.
 */
export const gradientIsTheSlope: Rule = {
  name: "the gradient is the slope",
  check(one) {
    let found = attempt(one, one.given, one.seed);
    for (let i = 1; i < tries && found instanceof GradientUnclearError; i++) {
      found = attempt(one, moved(one, one.seed + i), one.seed + i);
    }
    if (found instanceof GradientMismatchError) {
      found = attempt(one, moved(one, one.seed + tries), one.seed + tries);
    }
    if (found instanceof GradientMismatchError) return { what: found.finding };
    return found && { unclear: found.finding };
  },
};

function attempt(
  one: Case,
  given: Given,
  seed: number,
): GradientMismatchError | GradientUnclearError | undefined {
  const { graph, inputs } = traceValues(unrolled(one), given);
  try {
    checkGraphGradient(graph, inputs, { order: one.subject.order, seed });
    return undefined;
  } catch (error) {
    if (error instanceof GradientMismatchError || error instanceof GradientUnclearError) return error;
    throw error;
  }
}

/** Other numbers close by, where any numbers will do. */
function moved({ given, subject, state }: Case, seed: number): Given {
  const random = uniformNumbers(seed);
  const move = (x: Tensor): Tensor =>
    isFloat(x)
      ? fromArray(
          x.type,
          x.data.map((n: number) => n + (random() - 0.5) / 8),
        )
      : x;
  return {
    params: subject.params === undefined ? mapTensors(given.params, move) : given.params,
    state: state === undefined ? mapTensors(given.state, move) : given.state,
    xs: subject.anyInputs ? mapTensors(given.xs, move) : given.xs,
  };
}
