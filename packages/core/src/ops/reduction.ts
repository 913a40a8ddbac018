import { describe, DTypeError, type NamedType } from "../tensor/error.ts";
import type { DType, Shape, TensorType } from "../tensor/type.ts";
import type { Combine } from "../ir/kernel.ts";
import type { Expr, Scalar } from "../ir/scalar.ts";
import { insertAxis } from "../ir/view.ts";
import { applyOp, type Op, type Value } from "../graph/node.ts";
import { normalizeAxes } from "./axis.ts";
import { expectValues } from "./expect.ts";
import { reshape } from "./reshape.ts";

/** Over which axes, all by default, and whether they stay in the result as axes of size 1. */
export interface ReduceOptions {
  readonly axis?: number | readonly number[];
  readonly keepDims?: boolean;
}

/** A reduction: how numbers are joined and what the derivative is, and the op is whole. */
interface ReductionRule {
  readonly combine: Combine;
  /** The dtypes it is defined on. */
  readonly on: readonly DType[];
  /** The dtype of the result when it isn't that of the operand. */
  readonly gives?: DType;
  /** What becomes of `count` joined numbers. */
  finish?(s: Scalar, joined: Expr, count: number): Expr;
  /** The cotangent of x. The reduced axes of dy and y are kept, so that they broadcast against x. */
  vjp?(dy: Value, x: Value, y: Value, reduced: Reduced): Value;
}

/** The axes that were reduced, and how many numbers were joined into one. */
interface Reduced {
  readonly axes: readonly number[];
  readonly count: number;
}

interface ReductionAttrs {
  /** Ascending. */
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** An op that joins all numbers along some axes. */
export function reduction(name: string, rule: ReductionRule): (x: Value, options?: ReduceOptions) => Value {
  const { combine, on, gives, finish, vjp } = rule;
  const op: Op<ReductionAttrs> = {
    name,
    infer([x], { axes, keepDims }) {
      if (!on.includes(x!.dtype)) throw notDefined(name, x!, on);
      const kept = keptShape(x!, axes);
      const shape = keepDims ? kept : kept.filter((_, axis) => !axes.includes(axis));
      return [{ dtype: gives ?? x!.dtype, shape }];
    },
    ...(vjp && {
      vjp({ inputs: [x], outputs: [y], attrs: { axes } }, [dy]) {
        const kept = keptShape(x!.type, axes);
        const count = countOf(x!.shape, axes);
        return [dy && vjp(reshape(dy, kept), x!, reshape(y!, kept), { axes, count })];
      },
    }),
    lower: {
      kernels({ inputs: [x], outputs: [y], attrs: { axes, keepDims } }, to) {
        const target = to.target(y!);
        to.reduce({
          reads: [to.read(x!)],
          axes,
          combine,
          write: keepDims ? target : axes.reduce((view, axis) => insertAxis(view, axis, 1), target),
          ...(finish && { epilogue: (s, joined) => finish(s, joined, countOf(x!.shape, axes)) }),
        });
      },
    },
    ...(combine === "sum" && !finish && { traits: { total: (attrs) => attrs } }),
    show: ({ axes }) => `axes=[${axes.join(", ")}]`,
  };
  return (x, { axis, keepDims = false } = {}) => {
    expectValues(name, x);
    return applyOp(op, [x], { axes: normalizeAxes(name, axis, x), keepDims })[0]!;
  };
}

/** The shape that is left when the reduced axes stay, as size 1. */
export const keptShape = ({ shape }: TensorType, axes: readonly number[]): Shape =>
  shape.map((size, axis) => (axes.includes(axis) ? 1 : size));

/** How many numbers are joined into one. */
export const countOf = (shape: Shape, axes: readonly number[]): number =>
  axes.reduce((count, axis) => count * shape[axis]!, 1);

function notDefined(name: string, x: NamedType, on: readonly DType[]): DTypeError {
  const remedies = {
    bool: `Count with sum(cast(x, "i32")), or ask any(x) or all(x).`,
    number: `Compare first: ${name}(greater(x, 0)).`,
    i32: `Convert it first: cast(x, "f32").`,
  };
  const kind = x.dtype === "bool" ? "bool" : on.includes("bool") ? "number" : "i32";
  return new DTypeError(`${name}: ${describe(x)}: ${name} is defined on ${on.join(", ")}.`, remedies[kind]);
}
