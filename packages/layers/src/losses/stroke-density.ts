import {
  add,
  bernoulli,
  cast,
  concat,
  exp,
  fork,
  logSoftmax,
  logSumExp,
  mul,
  neg,
  randomNormal,
  sigmoid,
  softplus,
  split,
  square,
  squeeze,
  sub,
  takeAlong,
  tanh,
  unsqueeze,
  type Value,
} from "@unroll/core";
import { linear, type LinearParams } from "../feedforward/linear.ts";
import type { Layer } from "../spec/cell.ts";
import { checkSizes } from "../spec/size.ts";
import { binaryCrossEntropy } from "./binary-cross-entropy.ts";
import {
  drawComponent,
  type MixtureDrawOptions,
  type MixtureLayerOptions,
  type MixtureOptions,
} from "./mixture-density.ts";
import { expectAtLeast, expectBeside, expectRows } from "./operands.ts";
import { logPlus, standardized } from "./standardized.ts";

/** Where a pen goes next: a mixture of M bivariate Gaussians over its offset, and whether the stroke ends. */
export interface StrokeDensity {
  /** The logit of the probability that the pen is lifted: [...]. */
  readonly end: Value;
  /** Logarithms of the weights, whose exponentials add up to 1: [..., M], as all that follow. */
  readonly logWeights: Value;
  readonly meanX: Value;
  readonly meanY: Value;
  readonly logDeviationX: Value;
  readonly logDeviationY: Value;
  /** The inverse hyperbolic tangent of the correlation, which keeps the digits of correlations close to 1. */
  readonly atanhCorrelation: Value;
}

/** Correlations stay within tanh of this, 0.99991. */
const strongest = 5;

/**
 * The distribution that 6 M + 1 outputs of a net stand for: with e, w, m, s and r for outputs in this order, first
 * those of x, then those of y,
 *
 *     end = sigmoid(e), weight = softmax(w), mean = m, deviation = exp(s) + floor, correlation = tanh(5 tanh(r / 5))
 *
 * This is Graves' parametrisation, except for a floor of the deviations and a correlation that is not 1 in the
 * limit, without which a density can be infinite; and the sign of e.
 *
 * Shapes: outputs [..., 6 M + 1] -> [..., M], and [...] for the end.
 * Throws: ShapeError when the outputs have another size, or for a size that is no whole number from 1 on;
 * UnrollError for a floor below 0.
 * Source: Graves, Generating Sequences With Recurrent Neural Networks, 2013, eqs. 17-22.
 */
export function strokesOf(outputs: Value, components: number, options: MixtureOptions = {}): StrokeDensity {
  const { floor = 1e-4 } = options;
  checkSizes("strokesOf", { components });
  expectRows("strokesOf", "outputs", outputs, 6 * components + 1);
  expectAtLeast("strokesOf", "floor", floor, 0);
  const [e, rest] = split(outputs, [1, 6 * components]);
  const [w, meanX, meanY, sx, sy, r] = split(rest, 6);
  return {
    end: squeeze(e, -1),
    logWeights: logSoftmax(w),
    meanX,
    meanY,
    logDeviationX: logPlus(sx, floor),
    logDeviationY: logPlus(sy, floor),
    atanhCorrelation: mul(strongest, tanh(mul(1 / strongest, r))),
  };
}

/**
 * A linear layer that ends in the distribution of the next point of handwriting.
 *
 * To clip the gradient at its outputs, as Graves does, put `customGradient` between a linear layer and `strokesOf`.
 *
 * Shapes: [..., inputs] -> a distribution over [..., 3]: offsets x and y, and the end of a stroke.
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Graves, Generating Sequences With Recurrent Neural Networks, 2013, section 4.1.
 *
 *     const head = strokeDensity(400, 20);
 *     const loss = mean(strokeNll(head.apply(params.head, hs), next)); // next [T, B, 3]
 */
export function strokeDensity(
  inputs: number,
  components: number,
  options: MixtureLayerOptions = {},
): Layer<LinearParams, Value, StrokeDensity> {
  checkSizes("strokeDensity", { inputs, components });
  const { init } = options;
  const { params, apply } = linear(inputs, 6 * components + 1, init ? { init } : {});
  return { params, apply: (p, x) => strokesOf(apply(p, x), components, options) };
}

/**
 * Minus the logarithm of the density at each offset, and of the probability that its stroke ends, or does not. By
 * the logarithm of a sum of exponentials: finite, with a finite gradient, whatever the net put out.
 *
 * Shapes: points [..., 3] of x, y and 1 where the stroke ends, 0 elsewhere -> [...]
 * Units: nats
 * Throws: DTypeError, ShapeError when the points do not fit the distribution.
 * Source: Graves, Generating Sequences With Recurrent Neural Networks, 2013, eqs. 24-26.
 */
export function strokeNll(density: StrokeDensity, points: Value): Value {
  const { end, logWeights, meanX, meanY, logDeviationX, logDeviationY, atanhCorrelation: r } = density;
  expectBeside("strokeNll", logWeights, "points", points, { shape: [...end.shape, 3] });
  const [x, y, ends] = split(points, 3);
  const [zx, zy] = [standardized(x, meanX, logDeviationX), standardized(y, meanY, logDeviationY)];
  // With rho = tanh r, 1 / (1 + rho) = (1 + e^-2r) / 2 and 1 / (1 - rho) = (1 + e^2r) / 2, so
  //     (zx^2 + zy^2 - 2 rho zx zy) / (1 - rho^2) = ((zx + zy)^2 (1 + e^-2r) + (zx - zy)^2 (1 + e^2r)) / 4:
  // nothing is subtracted that could cancel. And -log(1 - rho^2) / 2 = log cosh r.
  const along = mul(square(add(zx, zy)), add(1, exp(mul(-2, r))));
  const across = mul(square(sub(zx, zy)), add(1, exp(mul(2, r))));
  const logDensity = add(
    mul(-1 / 8, add(along, across)),
    logCosh(r),
    neg(add(logDeviationX, logDeviationY)),
    -Math.log(2 * Math.PI),
  );
  const offset = logSumExp(add(logWeights, logDensity), { axis: -1 });
  return sub(binaryCrossEntropy(end, squeeze(ends, -1)), offset);
}

const logCosh = (r: Value): Value => sub(mul(0.5, add(softplus(mul(2, r)), softplus(mul(-2, r)))), Math.LN2);

/**
 * The next points of handwriting, drawn from their distribution. With a bias they come closer to the means of the
 * likely components: tidier, and less varied.
 *
 * Shapes: key i32[2], a distribution over [..., 3] -> [..., 3]
 * Gradient: by means, deviations and correlation of the component that was drawn, none by weights and ends.
 * Throws: KeyError; ShapeError when the bias does not fit.
 * Source: Graves, Generating Sequences With Recurrent Neural Networks, 2013, eqs. 23 and 60-62.
 *
 *     const point = drawStroke(key, head.apply(params.head, h), { bias: 0.75 });
 */
export function drawStroke(key: Value, density: StrokeDensity, options: MixtureDrawOptions = {}): Value {
  const { bias = 0 } = options;
  const [which, how, lifted] = fork(key, 3);
  const component = unsqueeze(drawComponent(which, density.logWeights, bias), -1);
  const own = (x: Value): Value => takeAlong(x, component);
  const mean = concat([own(density.meanX), own(density.meanY)]);
  const logDeviation = concat([own(density.logDeviationX), own(density.logDeviationY)]);
  const r = own(density.atanhCorrelation);
  const [first, second] = split(randomNormal(how, mean.type), 2);
  // 1 / cosh r is sqrt(1 - rho^2).
  const correlated = add(mul(tanh(r), first), mul(exp(neg(logCosh(r))), second));
  const offset = add(mean, mul(exp(sub(logDeviation, bias)), concat([first, correlated])));
  const { dtype } = mean.type;
  const ends = cast(bernoulli(lifted, sigmoid(density.end), density.end.shape), dtype);
  return concat([offset, unsqueeze(ends, -1)]);
}
