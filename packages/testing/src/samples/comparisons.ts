import {
  and,
  cast,
  clamp,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  minimum,
  not,
  notEqual,
  or,
  where,
  xor,
  type DType,
  type Operand,
  type Shape,
  type Value,
} from "@unroll/core";
import fc from "fast-check";
import {
  anyInteger,
  arbitraryBroadcast,
  arbitraryShape,
  arbitraryTensor,
  broadcast,
  distinct,
  integers,
  interval,
} from "../arbitraries.ts";
import { elementwiseSample } from "./elementwise.ts";
import { at, build, map } from "./number-array.ts";
import { everything, floats, numeric, printed, type IllegalCall, type Rows, type Sample } from "./sample.ts";

/** Few enough numbers that equal ones are common. */
const ties = integers(-2, 2);

const comparison = (
  op: (x: Operand, y: Operand) => Value,
  formula: (x: number, y: number) => boolean,
  dtypes: readonly DType[] = numeric,
): Sample =>
  elementwiseSample(op, (x, y) => Number(formula(x, y)), {
    dtypes,
    domain: ties,
    order: 0,
    reason: "a truth value has no derivative",
    roundings: 0,
  });

const truths = (op: (x: Operand, y: Operand) => Value, formula: (x: number, y: number) => boolean): Sample =>
  comparison(op, formula, ["bool"]);

/** `where` selects by a condition of the rank of the choice, or of a scalar. */
const whereSample: Sample = {
  dtypes: everything,
  order: 2,
  cases: (dtype) =>
    fc
      .tuple(arbitraryBroadcast(3), fc.constantFrom("all", "condition", "choice"), fc.nat(8))
      .chain(([{ together, shapes }, scalar, literal]) => {
        // A choice of the full rank, by its second operand, unless it is a scalar.
        const padded = (shape: Shape): Shape => [
          ...Array<number>(together.length - shape.length).fill(1),
          ...shape,
        ];
        const condition = scalar === "condition" ? [] : padded(shapes[0]!);
        const [x, y] = scalar === "choice" ? [[], []] : [shapes[1]!, padded(shapes[2]!)];
        return fc.tuple(
          arbitraryTensor({ dtype: "bool", shape: condition }),
          arbitraryTensor({ dtype, shape: x }),
          arbitraryTensor({ dtype, shape: y }),
          fc.constant(literal === 0 && dtype !== "bool"),
        );
      })
      .map(([condition, x, y, isLiteral]) =>
        printed({
          inputs: isLiteral ? [condition, y] : [condition, x, y],
          call: (c, ...choice) => where(c, isLiteral ? 0.0 : choice[0]!, choice.at(-1)!),
          formula: (c, ...choice) =>
            build(broadcast([c.shape, ...choice.map(({ shape }) => shape)])!, (p) =>
              at(c, p) === 1 ? (isLiteral ? 0 : at(choice[0]!, p)) : at(choice.at(-1)!, p),
            ),
          roundings: 0,
          linear: isLiteral ? [1] : [1, 2],
        }),
      ),
  illegal: fc
    .tuple(arbitraryShape(), arbitraryShape())
    .filter(
      ([c, x]) => broadcast([c, x]) === undefined || (c.length !== x.length && c.length > 0 && x.length > 0),
    )
    .map(([c, x]): IllegalCall => ({
      types: [
        { dtype: "bool", shape: c },
        { dtype: "f32", shape: x },
      ],
      call: (condition, value) => where(condition, value, 0),
    })),
};

const convert = (x: number, to: DType): number => {
  if (to === "bool") return x === 0 ? 0 : 1;
  if (to === "f32") return Math.fround(x);
  if (to === "f64") return x;
  return Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), -(2 ** 31)), 2 ** 31 - 1);
};

const castSample: Sample = {
  dtypes: everything,
  order: 2,
  cases: (dtype) =>
    fc.tuple(fc.constantFrom(...everything), arbitraryShape()).chain(([to, shape]) => {
      const numbers = dtype === "i32" ? anyInteger : dtype === "bool" ? integers(0, 1) : interval(-3, 3);
      return arbitraryTensor({ dtype, shape }, numbers).map((x) =>
        printed({
          inputs: [x],
          call: (value) => cast(value, to),
          formula: (value) => map((n) => convert(n, to), value),
          roundings: 0,
          ...(dtype === to && floats.includes(to) && { linear: [0] }),
        }),
      );
    }),
};

type Names =
  | "and"
  | "cast"
  | "clamp"
  | "equal"
  | "greater"
  | "greaterEqual"
  | "less"
  | "lessEqual"
  | "maximum"
  | "minimum"
  | "not"
  | "notEqual"
  | "or"
  | "where"
  | "xor";

/** Rows of comparisons, of choices and of what chooses by comparing. */
export const comparisons: Rows<Names> = {
  less: comparison(less, (x, y) => x < y),
  lessEqual: comparison(lessEqual, (x, y) => x <= y),
  greater: comparison(greater, (x, y) => x > y),
  greaterEqual: comparison(greaterEqual, (x, y) => x >= y),
  equal: comparison(equal, (x, y) => x === y, everything),
  notEqual: comparison(notEqual, (x, y) => x !== y, everything),
  and: truths(and, (x, y) => x === 1 && y === 1),
  or: truths(or, (x, y) => x === 1 || y === 1),
  xor: truths(xor, (x, y) => x !== y),
  not: elementwiseSample(not, (x) => 1 - x, {
    dtypes: ["bool"],
    domain: integers(0, 1),
    order: 0,
    reason: "a truth value has no derivative",
    roundings: 0,
  }),
  maximum: elementwiseSample(maximum, Math.max, {
    dtypes: numeric,
    domain: distinct(-2, 2),
    integers: { domain: anyInteger },
    roundings: 0,
  }),
  minimum: elementwiseSample(minimum, Math.min, {
    dtypes: numeric,
    domain: distinct(-2, 2),
    integers: { domain: anyInteger },
    roundings: 0,
  }),
  // Limits on either side of 0, and numbers that are close to neither.
  clamp: elementwiseSample(clamp, (x, low, high) => Math.min(Math.max(x, low), high), {
    dtypes: numeric,
    domain: [interval(-2, 2, { avoid: [-1, 1] }), integers(-1, -1), integers(1, 1)],
    integers: { domain: [anyInteger, integers(-9, 0), integers(1, 9)] },
    roundings: 0,
  }),
  where: whereSample,
  cast: castSample,
};
