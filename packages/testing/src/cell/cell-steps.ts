import {
  add,
  concat,
  equal,
  gelu,
  matmul,
  maximum,
  mod,
  mul,
  neg,
  relu,
  sigmoid,
  sin,
  slice,
  softmax,
  softplus,
  split,
  standardize,
  sub,
  sum,
  take,
  tanh,
  unsqueeze,
  where,
  type Value,
} from "@unroll/core";
import { dropout } from "@unroll/layers";
import { squash } from "../graph-steps.ts";

/** Where steps of a cell find what they are made of. */
export interface Parts {
  /** A value [B, n]: 0 is the newest, and any number names one. */
  value(n: number): Value;
  /** A parameter that nobody else uses. */
  param(shape: readonly number[]): Value;
  /** A key that nobody else uses; undefined in evaluation. */
  key(): Value | undefined;
  /** How many steps have gone by, i32 [B]. Undefined in a cell without a clock. */
  readonly clock: Value | undefined;
}

/** How a value [B, n] is made of others. Defined for all of them and all numbers, so that any program is a cell. */
export type CellStep = (from: Parts, picks: readonly [a: number, b: number, c: number]) => Value;

/** Largest width of a value. */
const widest = 6;

const widthOf = ({ shape }: Value): number => shape[1]!;

/** The value with a number of columns: its first ones, or itself again and again. */
export function fit(x: Value, width: number): Value {
  if (widthOf(x) === width) return x;
  const copies = Array.from({ length: Math.ceil(width / widthOf(x)) }, () => x);
  const wide = copies.length > 1 ? concat(copies, { axis: 1 }) : x;
  return slice(wide, 0, width, { axis: 1 });
}

const affine = (from: Parts, x: Value, width: number): Value =>
  add(matmul(x, from.param([widthOf(x), width])), from.param([width]));

const unary =
  (f: (x: Value) => Value): CellStep =>
  (from, [a]) =>
    f(from.value(a));

const binary =
  (f: (x: Value, y: Value) => Value): CellStep =>
  (from, [a, b]) => {
    const x = from.value(a);
    return f(x, fit(from.value(b), widthOf(x)));
  };

/** What steps of cells do. The plainest ones come first; products are of numbers below 1, so that none explode. */
export const cellSteps: Readonly<Record<string, CellStep>> = {
  tanh: unary(tanh),
  affine: (from, [a, b]) => affine(from, from.value(a), 1 + (b % 3)),
  add: binary(add),
  gate: (from, [a, b, c]) => {
    const [x, y] = [from.value(a), from.value(b)];
    const open = sigmoid(affine(from, from.value(c), widthOf(x)));
    return add(mul(open, x), mul(sub(1, open), fit(y, widthOf(x))));
  },
  mul: binary((x, y) => mul(squash(x), squash(y))),
  sigmoid: unary(sigmoid),
  neg: unary(neg),
  sin: unary((x) => sin(squash(x))),
  relu: unary(relu),
  gelu: unary(gelu),
  softplus: unary(softplus),
  maximum: binary(maximum),
  scale: (from, [a]) => {
    const x = from.value(a);
    return mul(from.param([widthOf(x)]), squash(x));
  },
  concat: (from, [a, b]) => {
    const x = from.value(a);
    const y = from.value(b);
    return widthOf(x) + widthOf(y) > widest ? add(x, fit(y, widthOf(x))) : concat([x, y], { axis: 1 });
  },
  swap: unary((x) => {
    const half = widthOf(x) >> 1;
    const [left, right] = split(x, [half, widthOf(x) - half], { axis: 1 });
    return concat([right, left], { axis: 1 });
  }),
  dot: binary((x, y) => mul(squash(x), squash(sum(mul(squash(x), squash(y)), { axis: 1, keepDims: true })))),
  softmax: unary((x) => softmax(x)),
  norm: (from, [a]) => {
    const x = from.value(a);
    return mul(from.param([widthOf(x)]), standardize(x, { epsilon: 0.5 }));
  },
  noise: (from, [a]) => dropout(from.value(a), 0.5, from.key()),
  clocked: (from, [a, b]) => {
    const x = from.value(a);
    const y = fit(from.value(b), widthOf(x));
    return from.clock ? where(equal(unsqueeze(mod(from.clock, 2), 1), 0), x, y) : sub(x, y);
  },
  lookup: (from, [a]) => {
    const x = from.value(a);
    const table = from.param([3, widthOf(x)]);
    return from.clock ? add(x, take(table, mod(from.clock, 3))) : add(x, sum(table, { axis: 0 }));
  },
};
