import { add, div, mul, neg, rsqrt, sqrt, square, sub, type Value } from "@unroll/core";
import { anyInteger, interval } from "../arbitraries.ts";
import { elementwiseSample } from "./elementwise.ts";
import { numeric, type Rows } from "./sample.ts";

const nonzero = interval(-2, 2, { avoid: [0], gap: 0.25 });

/** Rows of arithmetic. The machine rounds each of these once, and rsqrt twice. */
export const arithmetic: Rows<"add" | "div" | "mul" | "neg" | "rsqrt" | "sqrt" | "square" | "sub"> = {
  add: elementwiseSample(add, (x, y) => x + y, {
    dtypes: numeric,
    integers: { domain: anyInteger, formula: (x, y) => (x + y) | 0 },
    linear: [0, 1],
    roundings: 1,
  }),
  sub: elementwiseSample(sub, (x, y) => x - y, {
    dtypes: numeric,
    integers: { domain: anyInteger, formula: (x, y) => (x - y) | 0 },
    linear: [0, 1],
    roundings: 1,
  }),
  mul: elementwiseSample(mul, (x, y) => x * y, {
    dtypes: numeric,
    integers: { domain: anyInteger, formula: Math.imul },
    linear: [0],
    roundings: 1,
  }),
  div: elementwiseSample(div, (x, y) => x / y, {
    dtypes: numeric,
    domain: [interval(-2, 2), nonzero],
    integers: { domain: anyInteger, formula: (x, y) => (y === 0 ? 0 : Math.trunc(x / y) | 0) },
    linear: [0],
    roundings: 1,
  }),
  neg: elementwiseSample(neg, (x) => -x, {
    dtypes: numeric,
    integers: { domain: anyInteger, formula: (x) => -x | 0 },
    linear: [0],
    roundings: 0,
  }),
  square: elementwiseSample(
    (x) => square(x as Value),
    (x) => x * x,
    {
      dtypes: numeric,
      integers: { domain: anyInteger, formula: (x) => Math.imul(x, x) },
      roundings: 1,
    },
  ),
  sqrt: elementwiseSample(sqrt, Math.sqrt, { domain: interval(0.25, 4), roundings: 1 }),
  rsqrt: elementwiseSample(rsqrt, (x) => 1 / Math.sqrt(x), { domain: interval(0.25, 4), roundings: 2 }),
};
