import {
  abs,
  add,
  broadcastTo,
  cast,
  concat,
  constant,
  conv1d,
  cos,
  cumsum,
  div,
  einsum,
  equal,
  erf,
  exp,
  expm1,
  flip,
  gelu,
  greater,
  iota,
  log,
  log1p,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  maximum,
  mean,
  min,
  minimum,
  mod,
  mul,
  neg,
  overlapAdd,
  pad,
  pow,
  prod,
  relu,
  reshape,
  rsqrt,
  scatterAdd,
  sigmoid,
  sin,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  square,
  stack,
  standardize,
  sub,
  sum,
  take,
  takeAlong,
  tanh,
  tensor,
  transpose,
  unsqueeze,
  variance,
  where,
  windows,
  type Value,
} from "@unroll/core";
import { broadcast, sizeOf } from "./arbitraries.ts";

/** Where steps find their operands. Any number names one. */
export interface Operands {
  /** A value: 0 is the newest. */
  value(n: number): Value;
  /** A value that broadcasts with x, which x itself does. */
  beside(x: Value, n: number): Value;
}

type Picks = readonly [a: number, b: number, c: number];

/** How values are made of values. It is defined for all operands and all numbers, so that any program is a graph. */
export type Rule = (from: Operands, picks: Picks) => Value;

/** As large as before, but within -1 and 1, and not flat for large numbers: what keeps long programs from exploding. */
export const squash = (x: Value): Value => mul(x, rsqrt(add(1, square(x))));

/** 1 or more, and smooth. */
const positive = (x: Value): Value => add(1, square(x));

const unary =
  (f: (x: Value) => Value): Rule =>
  (from, [a]) =>
    f(from.value(a));

const binary =
  (f: (x: Value, y: Value) => Value): Rule =>
  (from, [a, b]) => {
    const x = from.value(a);
    return f(x, from.beside(x, b));
  };

/** Of an operand with an axis; a scalar gets one. */
const withAxis =
  (f: (x: Value, axis: number, n: number) => Value): Rule =>
  (from, [a, b, c]) => {
    const value = from.value(a);
    const x = value.shape.length === 0 ? unsqueeze(value, 0) : value;
    return f(x, b % x.shape.length, c);
  };

/** Of an operand with two axes or more. */
const withMatrix =
  (f: (x: Value, from: Operands, n: number) => Value): Rule =>
  (from, [a, b]) => {
    const value = from.value(a);
    const { length } = value.shape;
    return f(length > 1 ? value : reshape(value, length === 1 ? [1, -1] : [1, 1]), from, b);
  };

const reduction = (
  f: (x: Value, options: { readonly axis: number; readonly keepDims: boolean }) => Value,
): Rule => withAxis((x, axis, n) => f(x, { axis, keepDims: n % 2 === 1 }));

/** Positions on an axis in some order, more or fewer of them than there are; -1, which means none, is one of them. */
const places = (size: number, count: number, n: number): Value =>
  constant(
    tensor(
      Array.from({ length: count }, (_, i) => ((i * 7 + n) % (size + 1)) - 1),
      { dtype: "i32" },
    ),
  );

/** The mean, and 0 of nothing. */
export const average = (x: Value, options: Parameters<typeof mean>[1] = {}): Value =>
  sizeOf(x.shape) === 0 ? sum(x, options) : mean(x, options);

/** Every op that has a derivative, on operands where it behaves well. The first ones are the plainest. */
export const rules: Readonly<Record<string, Rule>> = {
  neg: unary(neg),
  add: binary(add),
  mul: binary((x, y) => squash(mul(x, y))),
  tanh: unary(tanh),
  sum: reduction((x, options) => squash(sum(x, options))),
  sub: binary(sub),
  sigmoid: unary(sigmoid),
  div: binary((x, y) => div(x, positive(y))),
  sin: unary(sin),
  cos: unary(cos),
  exp: unary((x) => exp(squash(x))),
  expm1: unary((x) => expm1(squash(x))),
  log: unary((x) => log(positive(x))),
  log1p: unary((x) => log1p(square(x))),
  sqrt: unary((x) => sqrt(positive(x))),
  rsqrt: unary((x) => rsqrt(positive(x))),
  erf: unary(erf),
  gelu: unary(gelu),
  softplus: unary(softplus),
  relu: unary(relu),
  abs: unary(abs),
  literal: unary((x) => sub(0.75, mul(1.5, x))),
  pow: binary((x, y) => pow(positive(squash(x)), squash(y))),
  maximum: binary(maximum),
  minimum: binary(minimum),
  whereGreater: binary((x, y) => where(greater(add(x, y), y), add(x, y), y)),
  whereEven: withAxis((x, axis) => {
    const shape = x.shape.map((_, i) => (i === axis ? x.shape[axis]! : 1));
    return where(equal(mod(reshape(iota(x.shape[axis]!), shape), 2), 0), x, neg(x));
  }),
  countUp: withAxis((x, axis) => {
    const steps = cast(iota(x.shape[axis]!), x.type.dtype);
    return add(
      x,
      mul(
        0.25,
        reshape(
          steps,
          x.shape.map((_, i) => (i === axis ? x.shape[axis]! : 1)),
        ),
      ),
    );
  }),
  mean: reduction(average),
  max: reduction(max),
  min: reduction(min),
  prod: reduction((x, options) => prod(squash(x), options)),
  variance: reduction(variance),
  logSumExp: reduction(logSumExp),
  softmax: withAxis((x, axis) => softmax(x, { axis })),
  logSoftmax: withAxis((x, axis) => logSoftmax(x, { axis })),
  standardize: withAxis((x, axis) => standardize(x, { axis, epsilon: 0.5 })),
  cumsum: withAxis((x, axis, n) => squash(cumsum(x, { axis, reverse: n % 2 === 1 }))),
  matmulSelf: withMatrix((x) => squash(matmul(x, transpose(x)))),
  matmul: withMatrix((x, from, n) => {
    const y = from.value(n);
    const rows = x.shape.at(-1)!;
    const fits = y.shape.length >= 1 && sizeOf(y.shape) > 0 && sizeOf(y.shape) % rows === 0;
    return squash(
      matmul(x, fits ? reshape(y, [rows, -1]) : reshape(broadcastTo(average(y), [rows]), [rows, 1])),
    );
  }),
  outer: (from, [a, b]) => einsum("i,j->ij", reshape(from.value(a), [-1]), reshape(from.value(b), [-1])),
  transpose: withMatrix((x, _, n) =>
    transpose(
      x,
      x.shape.map((_size, i) => (i + n) % x.shape.length),
    ),
  ),
  reshape: unary((x) => reshape(x, [-1])),
  unsqueeze: (from, [a, b]) => {
    const x = from.value(a);
    return unsqueeze(x, b % (x.shape.length + 1));
  },
  slice: withAxis((x, axis, n) => {
    const start = x.shape[axis]! > 1 ? n % 2 : 0;
    return slice(x, start, undefined, { axis, step: 1 + (n % 3) });
  }),
  pad: withAxis((x, axis, n) => pad(x, n % 2, 1, { axis })),
  flip: withAxis((x, axis) => flip(x, { axis })),
  split: withAxis((x, axis) => {
    const half = x.shape[axis]! >> 1;
    const [left, right] = split(x, [half, x.shape[axis]! - half], { axis });
    return concat([right, tanh(left)], { axis });
  }),
  concat: withAxis((x, axis) => concat([x, sin(x)], { axis })),
  stack: binary((x, y) => {
    const shape = broadcast([x.shape, y.shape])!;
    return stack([broadcastTo(y, shape), broadcastTo(x, shape)]);
  }),
  repeat: unary((x) => broadcastTo(x, [2, ...x.shape])),
  take: withAxis((x, axis, n) => take(x, places(x.shape[axis]!, 1 + (n % 3), n), { axis })),
  takeAlong: withAxis((x, axis, n) => {
    const index = places(x.shape[axis]!, 1 + (n % 3), n);
    return takeAlong(
      x,
      reshape(
        index,
        x.shape.map((_, i) => (i === axis ? -1 : 1)),
      ),
      { axis },
    );
  }),
  windows: withAxis((x, axis, n) => windows(pad(x, 1, 1, { axis }), 2, { axis, stride: 1 + (n % 3) })),
  overlapAdd: withMatrix((x) => {
    const [count, size] = [x.shape[0]!, x.shape[1]!];
    return count * size === 0 ? x : squash(overlapAdd(x, count + size - 1));
  }),
  conv1d: withMatrix((x, from, n) => {
    if (x.shape.at(-2) === 0) return x;
    const kernel = [2, x.shape.at(-1)!, 1];
    const w = reshape(broadcastTo(average(from.value(n)), [sizeOf(kernel)]), kernel);
    return squash(conv1d(x, w, { padding: [1, 0] }));
  }),
  scatterAdd: withAxis((x, axis, n) => squash(scatterAdd(x, places(3, x.shape[axis]!, n), 3, { axis }))),
};
