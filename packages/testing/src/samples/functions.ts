import {
  abs,
  cos,
  erf,
  exp,
  expm1,
  gelu,
  log,
  log1p,
  pow,
  relu,
  sigmoid,
  sign,
  sin,
  softplus,
  tanh,
} from "@unroll/core";
import { anyInteger, interval } from "../arbitraries.ts";
import { elementwiseSample } from "./elementwise.ts";
import { erf as erfFormula } from "./erf.ts";
import { numeric, type Rows } from "./sample.ts";

/** An engine's function may be off by 4 ulp. */
const ulp4 = 8;

const noGradient = "it is constant between jumps, and has no vjp on purpose";
const kinks = interval(-2, 2, { avoid: [0] });

type Names =
  | "abs"
  | "cos"
  | "erf"
  | "exp"
  | "expm1"
  | "gelu"
  | "log"
  | "log1p"
  | "pow"
  | "relu"
  | "sigmoid"
  | "sign"
  | "sin"
  | "softplus"
  | "tanh";

/** Rows of functions of one number and of powers. */
export const functions: Rows<Names> = {
  exp: elementwiseSample(exp, Math.exp, { roundings: ulp4 }),
  expm1: elementwiseSample(expm1, Math.expm1, { roundings: ulp4 }),
  log: elementwiseSample(log, Math.log, { domain: interval(0.25, 4), roundings: ulp4 }),
  log1p: elementwiseSample(log1p, Math.log1p, { domain: interval(-0.75, 3), roundings: ulp4 }),
  sin: elementwiseSample(sin, Math.sin, { domain: interval(-4, 4), roundings: ulp4 }),
  cos: elementwiseSample(cos, Math.cos, { domain: interval(-4, 4), roundings: ulp4 }),
  erf: elementwiseSample(erf, erfFormula, { domain: interval(-3, 3), roundings: ulp4 }),
  pow: elementwiseSample(pow, Math.pow, { domain: [interval(0.25, 3), kinks], roundings: ulp4 }),
  abs: elementwiseSample(abs, Math.abs, {
    dtypes: numeric,
    domain: kinks,
    integers: { domain: anyInteger, formula: (x) => Math.abs(x) | 0 },
    roundings: 0,
  }),
  sign: elementwiseSample(sign, Math.sign, {
    dtypes: numeric,
    integers: { domain: anyInteger },
    order: 0,
    reason: noGradient,
    roundings: 0,
  }),
  tanh: elementwiseSample(tanh, Math.tanh, { domain: interval(-3, 3), roundings: ulp4 }),
  sigmoid: elementwiseSample(sigmoid, (x) => (x < -40 ? Math.exp(x) : 1 / (1 + Math.exp(-x))), {
    domain: interval(-4, 4),
    roundings: ulp4,
  }),
  // e^-|x|, its logarithm, and the sum.
  softplus: elementwiseSample(softplus, (x) => (x > 40 ? x : Math.log1p(Math.exp(x))), {
    domain: interval(-4, 4),
    roundings: 2 * ulp4 + 1,
  }),
  relu: elementwiseSample(relu, (x) => Math.max(x, 0), {
    dtypes: numeric,
    domain: kinks,
    integers: { domain: anyInteger },
    roundings: 0,
  }),
  // 1 + erf cancels for negative x, so errors are relative to x; three products and a sum beside the erf.
  // At -Infinity both factors of the definition say NaN.
  gelu: elementwiseSample(gelu, (x) => (x * (1 + erfFormula(x / Math.SQRT2))) / 2, {
    domain: interval(-3, 3),
    roundings: ulp4 + 4,
    magnitude: Math.abs,
    special: false,
  }),
};
