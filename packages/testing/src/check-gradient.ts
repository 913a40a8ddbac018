import { print, reference, UnrollError, type Engine, type Graph, type Tensor } from "@unroll/core";
import { culpritOf } from "./culprit.ts";
import { differentiate, finest, firstStep, measureNoise } from "./difference.ts";
import { DirectionalDerivative } from "./directional-derivative.ts";
import { trace, type TensorsFor } from "./trace.ts";

/** How a gradient is checked. */
export interface CheckGradientOptions {
  /** 2 also checks the gradient of the gradient. Default: 1. */
  readonly order?: 1 | 2;
  /** Of the random directions. Default: 0. */
  readonly seed?: number;
  /** Runs the function in f64. Default: the reference engine. */
  readonly engine?: Engine;
}

/** One derivative, seen from both sides. */
export interface GradientComparison {
  readonly order: number;
  /** <v, pullback(u)>. */
  readonly pullback: number;
  /** The derivative of <u, f> along v. */
  readonly difference: number;
  /** How far the two may be apart. */
  readonly bound: number;
}

/** What was found, without the graph. */
class GradientCheckError extends UnrollError {
  readonly finding: string;

  constructor(lines: readonly string[], graph: Graph) {
    const finding = lines.join("\n");
    super(`checkGradient: ${finding}\n${print(graph)}`);
    this.finding = finding;
  }
}

/** A gradient that is wrong. */
export class GradientMismatchError extends GradientCheckError {
  override readonly name: string = "GradientMismatchError";
}

/** A function whose slope can't be measured well enough at this point to say whether its gradient is right. */
export class GradientUnclearError extends GradientCheckError {
  override readonly name: string = "GradientUnclearError";
}

/** Bounds above this share of the derivative could hide a gradient that is off by 1e-6. */
const clear = 1e-7;

/** Bounds below this share are good enough to stop looking for a better step. */
const ample = 1e-9;

/** The distance from 1 to the next number. */
const epsilon = 2 ** -52;

/**
 * Check the gradient of a function at a point.
 *
 * Along one random direction v of the inputs, and for one random cotangent u of the outputs, <v, pullback(u)> must be
 * the derivative of <u, f>, which central differences of sixth order give: one number on each side, whatever the sizes.
 * No element of u and v is near 0, so that a single wrong element of a gradient shows.
 *
 * They may differ by what truncation and rounding explain, a bound that is derived for each check (see `differentiate`)
 * and typically 1e-10 of the derivative. Rounding errors of f and of its pullback are taken to be a few units in the
 * last place; where that does not explain a difference they are measured. A bound above 1e-7 of the derivative would
 * let wrong gradients pass and is an error of its own: f has a kink, a jump or a pole here, or loses most of its
 * digits.
 *
 * Everything is computed in f64. Of functions on f32 the derivative is taken as they are, and both graphs are widened
 * then, so what is checked is what will run. Integers and booleans, random keys among them, are held fixed.
 *
 * With `order: 2` the gradient function is checked in turn, by all inputs and by u.
 *
 * Throws: GradientMismatchError with both numbers, the bound, the path and position of the input that contributes most
 * to the difference, the seed and the graph; GradientUnclearError.
 *
 *     checkGradient((x: Value, w: Value) => tanh(matmul(x, w)), [x, w], { order: 2 });
 *
 * Source: the form of the check is that of `check_vjp` in HIPS/autograd, 2014.
 */
export function checkGradient<const A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  inputs: TensorsFor<A>,
  options: CheckGradientOptions = {},
): readonly GradientComparison[] {
  const traced = trace(f, inputs);
  return checkGraphGradient(traced.graph, traced.inputs, options);
}

/** `checkGradient` for a graph and the tensors of its inputs. */
export function checkGraphGradient(
  graph: Graph,
  inputs: readonly Tensor[],
  { order = 1, seed = 0, engine = reference() }: CheckGradientOptions = {},
): readonly GradientComparison[] {
  const first = new DirectionalDerivative(graph, inputs, { order: 1, seed, engine });
  const comparisons = [compare(first)];
  if (order === 2) {
    // The gradient function takes the cotangents as inputs of its own.
    const point = [...first.point, ...first.cotangents];
    const second = new DirectionalDerivative(first.backward, point, { order: 2, seed, engine });
    comparisons.push(compare(second));
  }
  return comparisons;
}

/** Throws: GradientMismatchError, GradientUnclearError. */
function compare(derivative: DirectionalDerivative): GradientComparison {
  const { order } = derivative;
  const f = (t: number): number => derivative.value(t).sum;
  if (!Number.isFinite(f(0))) throw notFinite(derivative, f(0));
  const { sum: pullback, size } = derivative.pullback(0);
  // Next to a point where all terms vanish they don't, and neither do their roundings.
  const sizes = [0, firstStep, -firstStep].map((t) => derivative.value(t).size);
  const magnitude = Math.max(...sizes.filter(Number.isFinite));
  // A derivative below what rounding leaves of the function is none at all: then the function's own size counts.
  const scale = size > 4096 * epsilon * magnitude ? size : magnitude;

  const attempt = (noise: Noise, terms: number): Outcome => {
    const difference = differentiate(f, { noise: noise.value, goal: ample * terms });
    const bound = difference.bound + noise.pullback;
    return {
      comparison: { order, pullback, difference: difference.value, bound },
      agrees: Math.abs(pullback - difference.value) <= bound,
      isClear: bound <= clear * Math.max(terms, Math.abs(difference.value)),
    };
  };
  const few: Noise = { value: 4 * epsilon * magnitude, pullback: 64 * epsilon * size };
  const first = attempt(few, scale);
  if (first.agrees && first.isClear) return first.comparison;

  const rounding = measureNoise((t) => derivative.pullback(t).sum, finest);
  const noise = {
    value: Math.max(few.value, measureNoise(f)),
    pullback: Math.max(few.pullback, rounding),
  };
  // Where the pullback is what is left of terms that cancel, its rounding errors tell how large these are.
  const { comparison, agrees, isClear } = attempt(noise, Math.max(scale, rounding / (8 * epsilon)));
  if (bend(f, 2 ** -20) > Math.max(bend(f, 2 ** -16) / 4, 2 ** 23 * noise.value))
    throw kink(derivative, f, comparison);
  if (!agrees) throw mismatch(derivative, comparison);
  if (!isClear) throw unclear(derivative, comparison);
  return comparison;
}

/** How far values may be off by rounding: of the function, and of its pullback. */
interface Noise {
  readonly value: number;
  readonly pullback: number;
}

interface Outcome {
  readonly comparison: GradientComparison;
  readonly agrees: boolean;
  /** Whether the bound is small enough for agreement to mean something. */
  readonly isClear: boolean;
}

const drawOf = ({ order, seed }: DirectionalDerivative): string => `Order ${order}, seed ${seed}.`;

function mismatch(
  derivative: DirectionalDerivative,
  { pullback, difference, bound }: GradientComparison,
): GradientMismatchError {
  const culprit = culpritOf(derivative);
  return new GradientMismatchError(
    [
      `along a random direction the derivative is ${pullback} by pullback and ${difference} by differences.`,
      `They differ by ${digits(Math.abs(pullback - difference))}; truncation and rounding explain ${digits(bound)}.`,
      `Most comes from ${culprit.place}: ${culprit.pullback} by pullback, ${culprit.difference} by differences.`,
      drawOf(derivative),
    ],
    derivative.primal,
  );
}

/**
 * By how much the slopes of f to both sides differ over a distance. Of a smooth function it shrinks with the distance.
 */
const bend = (f: (t: number) => number, h: number): number => Math.abs((f(h) - 2 * f(0) + f(-h)) / h);

function kink(
  derivative: DirectionalDerivative,
  f: (t: number) => number,
  { pullback }: GradientComparison,
): GradientUnclearError {
  const h = 2 ** -20;
  const [left, right] = [(f(0) - f(-h)) / h, (f(h) - f(0)) / h];
  return new GradientUnclearError(
    [
      `along a random direction the slope is ${left} to one side of this point and ${right} to the other, and ${pullback} by pullback.`,
      "The function has a kink or a jump here, and no derivative: choose another point.",
      drawOf(derivative),
    ],
    derivative.primal,
  );
}

const notFinite = (derivative: DirectionalDerivative, value: number): GradientUnclearError =>
  new GradientUnclearError(
    [`the function is ${value} at this point, and has no derivative.`, drawOf(derivative)],
    derivative.primal,
  );

function unclear(
  derivative: DirectionalDerivative,
  { pullback, difference, bound }: GradientComparison,
): GradientUnclearError {
  return new GradientUnclearError(
    [
      `differences give ${difference} up to ${digits(bound)}, too rough to judge the ${pullback} by pullback.`,
      "The function has a kink, a jump or a pole near this point, or loses its digits: choose another point.",
      drawOf(derivative),
    ],
    derivative.primal,
  );
}

const digits = (x: number): string => x.toExponential(2);
