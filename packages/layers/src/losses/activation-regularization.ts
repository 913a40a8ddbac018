import { mean, slice, square, sub, type Value } from "@unroll/core";
import { expectAxes } from "./operands.ts";

/**
 * How large activations are: the mean of their squares. Merity, McCann and Socher apply it to what the last layer
 * puts out, after dropout.
 *
 * Shapes: hs [T, B, H] -> [T, B]
 * Gradient: dhs = 2 hs / H dloss
 * Throws: DTypeError, ShapeError when the activations have another rank.
 * Source: Merity, McCann and Socher, Revisiting Activation Regularization for Language RNNs, 2017.
 *
 *     const total = add(loss, mul(2, mean(activationRegularization(dropped))));
 */
export function activationRegularization(hs: Value): Value {
  expectAxes("activationRegularization", "activations", hs, ["T", "B", "H"]);
  return mean(square(hs), { axis: -1 });
}

/**
 * How much activations change from step to step: the mean of the squares of h[t + 1] - h[t]. It is applied to what
 * the last layer puts out, before dropout.
 *
 * Shapes: hs [T, B, H] -> [T - 1, B]
 * Throws: DTypeError, ShapeError when the activations have another rank.
 * Source: Merity, McCann and Socher, Revisiting Activation Regularization for Language RNNs, 2017.
 *
 *     const total = add(loss, mul(1, mean(temporalActivationRegularization(hs))));
 */
export function temporalActivationRegularization(hs: Value): Value {
  expectAxes("temporalActivationRegularization", "activations", hs, ["T", "B", "H"]);
  return mean(square(sub(slice(hs, 1), slice(hs, 0, -1))), { axis: -1 });
}
