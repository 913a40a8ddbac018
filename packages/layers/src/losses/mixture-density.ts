import {
  add,
  categorical,
  exp,
  fork,
  logSoftmax,
  logSumExp,
  mul,
  neg,
  randomNormal,
  reshape,
  split,
  square,
  squeeze,
  sub,
  sum,
  takeAlong,
  unsqueeze,
  type Init,
  type Operand,
  type Value,
} from "@unroll/core";
import { linear, type LinearParams } from "../feedforward/linear.ts";
import type { Layer } from "../spec/cell.ts";
import { checkSizes } from "../spec/size.ts";
import { expectAtLeast, expectBeside, expectRows } from "./operands.ts";
import { logPlus, standardized } from "./standardized.ts";

/** A mixture of M Gaussians with independent components, over vectors of n numbers. */
export interface MixtureDensity {
  /** Logarithms of the weights, whose exponentials add up to 1: [..., M]. */
  readonly logWeights: Value;
  /** [..., M, n] */
  readonly means: Value;
  /** Logarithms of the standard deviations, [..., M, n]. */
  readonly logDeviations: Value;
}

/** How a mixture is made of the outputs of a net. */
export interface MixtureOptions {
  /** What is added to every standard deviation, so that no density is infinite. Default: 1e-4. */
  readonly floor?: number;
}

/** How a layer that ends in a mixture is made. */
export interface MixtureLayerOptions extends MixtureOptions {
  /** The first numbers of w and b. Default: uniform on 1 / sqrt(inputs) around 0. */
  readonly init?: Init;
}

/**
 * The mixture that outputs of a net stand for: M logits of weights, then M n means, then M n logarithms of
 * deviations, each deviation e^output + floor.
 *
 * Shapes: outputs [..., M (1 + 2 n)] -> logWeights [..., M], means and logDeviations [..., M, n].
 * Throws: ShapeError when the outputs have another size, or for a size that is no whole number from 1 on;
 * UnrollError for a floor below 0.
 */
export function mixtureOf(
  outputs: Value,
  size: number,
  components: number,
  options: MixtureOptions = {},
): MixtureDensity {
  const { floor = 1e-4 } = options;
  checkSizes("mixtureOf", { size, components });
  expectRows("mixtureOf", "outputs", outputs, components * (1 + 2 * size));
  expectAtLeast("mixtureOf", "floor", floor, 0);
  const [weights, means, deviations] = split(outputs, [components, components * size, components * size]);
  const apart = (x: Value): Value => reshape(x, [...outputs.shape.slice(0, -1), components, size]);
  return {
    logWeights: logSoftmax(weights),
    means: apart(means),
    logDeviations: logPlus(apart(deviations), floor),
  };
}

/**
 * A linear layer that ends in a mixture of Gaussians: what a net believes about the next numbers, when one mean is
 * not enough.
 *
 * Shapes: [..., inputs] -> a mixture over vectors of `size` numbers, [..., components, size].
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Bishop, Mixture Density Networks, 1994, section 3.
 *
 *     const head = mixtureDensity(128, 1, 5);
 *     const loss = mean(mixtureNll(head.apply(params.head, hs), next)); // next [T, B, 1]
 */
export function mixtureDensity(
  inputs: number,
  size: number,
  components: number,
  options: MixtureLayerOptions = {},
): Layer<LinearParams, Value, MixtureDensity> {
  checkSizes("mixtureDensity", { inputs, size, components });
  const { init } = options;
  const { params, apply } = linear(inputs, components * (1 + 2 * size), init ? { init } : {});
  return { params, apply: (p, x) => mixtureOf(apply(p, x), size, components, options) };
}

/**
 * Minus the logarithm of the density that a mixture has at each vector, by the logarithm of a sum of exponentials:
 * finite, with a finite gradient, however far from all means the vector is and whatever the net put out.
 *
 * Shapes: x [..., n] -> [...]
 * Units: nats
 * Gradient: every component's share of the density times that component's own.
 * Throws: DTypeError, ShapeError when x does not fit the mixture.
 * Source: Bishop, Mixture Density Networks, 1994, section 3.
 */
export function mixtureNll(density: MixtureDensity, x: Value): Value {
  const { logWeights, means, logDeviations } = density;
  const size = means.shape.at(-1)!;
  expectBeside("mixtureNll", logWeights, "vectors", x, { shape: [...logWeights.shape.slice(0, -1), size] });
  const z = standardized(unsqueeze(x, -2), means, logDeviations);
  const logDensity = add(mul(-0.5, square(z)), neg(logDeviations), -0.5 * Math.log(2 * Math.PI));
  return neg(logSumExp(add(logWeights, sum(logDensity, { axis: -1 })), { axis: -1 }));
}

/** How a mixture is drawn from. */
export interface MixtureDrawOptions {
  /**
   * Draws what is likely more often than it is: weights become w^(1 + bias) and deviations are divided by e^bias.
   * A number, or a value [] or [..., 1] with one for every row. Default: 0.
   */
  readonly bias?: Operand;
}

/** One of the components of every row, i32 [...], drawn by biased weights. */
export const drawComponent = (key: Value, logWeights: Value, bias: Operand): Value =>
  categorical(key, mul(logWeights, typeof bias === "number" ? 1 + bias : add(1, bias)));

/**
 * Vectors drawn from a mixture.
 *
 * Shapes: key i32[2], a mixture over [..., n] -> [..., n]
 * Gradient: by mean and deviation of the component that was drawn, none by the weights.
 * Throws: KeyError; ShapeError when the bias does not fit.
 * Source: Graves, Generating Sequences With Recurrent Neural Networks, 2013, eqs. 60-62, for the bias.
 */
export function drawMixture(key: Value, density: MixtureDensity, options: MixtureDrawOptions = {}): Value {
  const { bias = 0 } = options;
  const [which, how] = fork(key, 2);
  const component = unsqueeze(unsqueeze(drawComponent(which, density.logWeights, bias), -1), -1);
  const own = (x: Value): Value => squeeze(takeAlong(x, component, { axis: -2 }), -2);
  const mean = own(density.means);
  const deviation = exp(sub(own(density.logDeviations), bias));
  return add(mean, mul(deviation, randomNormal(how, mean.type)));
}
