import { constant, cos, customGradient, detach, full, mul, sin } from "@unroll/core";
import fc from "fast-check";
import {
  anyInteger,
  arbitraryShape,
  arbitraryTensor,
  interval,
  truthValues,
  type Domain,
} from "../arbitraries.ts";
import { build, map, numbersOf } from "./number-array.ts";
import { everything, floats, printed, type Rows } from "./sample.ts";

const domains: Readonly<Record<string, Domain>> = { i32: anyInteger, bool: truthValues };

/** Rows of what is constant, and of what only a derivative sees. */
export const constants: Rows<"constant" | "customGradient" | "detach" | "full"> = {
  full: {
    dtypes: everything,
    order: 0,
    reason: "it takes no operand",
    cases: (dtype) =>
      fc.tuple((domains[dtype] ?? interval(-2, 2)).numbers(1), arbitraryShape()).map(([[value], shape]) =>
        printed({
          inputs: [],
          call: () => full(value!, { dtype, shape }),
          formula: () => build(shape, () => value!),
          roundings: 0,
        }),
      ),
  },
  constant: {
    dtypes: everything,
    order: 0,
    reason: "it takes no operand",
    cases: (dtype) =>
      arbitraryShape()
        .chain((shape) => arbitraryTensor({ dtype, shape }, domains[dtype]))
        .map((x) =>
          printed({ inputs: [], call: () => constant(x), formula: () => numbersOf(x), roundings: 0 }),
        ),
  },
  detach: {
    dtypes: everything,
    order: 0,
    reason: "its derivative is zero on purpose",
    cases: (dtype) =>
      arbitraryShape()
        .chain((shape) => arbitraryTensor({ dtype, shape }, domains[dtype]))
        .map((x) =>
          printed({ inputs: [x], call: (value) => detach(value), formula: (value) => value, roundings: 0 }),
        ),
  },
  customGradient: {
    dtypes: floats,
    order: 2,
    cases: (dtype) =>
      arbitraryShape()
        .chain((shape) => arbitraryTensor({ dtype, shape }))
        .map((x) =>
          printed({
            inputs: [x],
            call: (value) => customGradient(sin(value), [value], (dy) => [mul(dy, cos(value))]),
            formula: (value) => map(Math.sin, value),
            roundings: 8,
          }),
        ),
  },
};
