import { InternalError } from "../tensor/error.ts";
import { mapReferences, type Body, type Instruction, type Reference } from "./instruction.ts";
import type { Dimension } from "./kernel.ts";
import { axisSize, mergeFactors, type Axis, type Factor } from "./view.ts";

/**
 * A dimension that still knows which axis of a shape it is a part of. The dimensions of one axis stand next to each
 * other, outer ones first: the coordinate along the axis is that of a number whose digits they are.
 */
export interface AxisDimension extends Dimension {
  readonly axis: number;
}

/**
 * The dimensions along which all operands move evenly. `operands[i][axis]` are the factors of an operand, and all
 * operands have the same sizes. Axes of size 1 leave no dimension.
 */
export function dimensionsOf(
  operands: readonly (readonly Axis[])[],
  axes: readonly number[],
): AxisDimension[] {
  const ranks = new Set(operands.map(({ length }) => length));
  if (ranks.size > 1) throw new InternalError(`operands have ${[...ranks].join(", ")} axes`);
  return axes.flatMap((axis) =>
    refine(operands.map((factors) => factors[axis]!)).map((d) => ({ ...d, axis })),
  );
}

/**
 * Cut the factors of several operands until they agree, from the inside: the smallest innermost factor is a dimension,
 * and the others are split by it.
 *
 *     [6, stride 1]             becomes   sizes    2  3
 *     [2, stride 5] [3, stride 9]         strides  3  1
 *                                                  5  9
 */
export function refine(operands: readonly Axis[]): Dimension[] {
  const sizes = operands.map(axisSize);
  if (sizes.some((size) => size !== sizes[0]))
    throw new InternalError(`operands have ${sizes.join(", ")} elements along an axis`);
  if (sizes[0] === 0) return [{ size: 0, strides: operands.map(() => 0) }];
  const pending = operands.map((axis) => [...mergeFactors(axis)]);
  const dimensions: Dimension[] = [];
  while (pending.some((factors) => factors.length > 0)) {
    const size = Math.min(...pending.map((factors) => factors.at(-1)![0]));
    dimensions.unshift({ size, strides: pending.map((factors) => takeInner(factors, size)) });
  }
  return dimensions;
}

/** Cut `size` off the innermost factor, and give its stride. */
function takeInner(factors: Factor[], size: number): number {
  const [whole, stride] = factors.pop()!;
  if (whole % size !== 0)
    throw new InternalError(
      `factors ${whole} and ${size} of one axis do not divide; one operand must be copied first`,
    );
  if (whole > size) factors.push([whole / size, stride * size]);
  return stride;
}

/** Join neighbouring dimensions over which every operand runs on evenly. Those of axes in `kept` stay as they are. */
export function collapse(dimensions: readonly AxisDimension[], kept: ReadonlySet<number>): AxisDimension[] {
  const joined: AxisDimension[] = [];
  for (const inner of dimensions) {
    const outer = joined.at(-1);
    const runsOn = outer?.strides.every((stride, i) => stride === inner.size * inner.strides[i]!);
    if (outer && runsOn && !kept.has(outer.axis) && !kept.has(inner.axis)) {
      joined[joined.length - 1] = { ...inner, size: outer.size * inner.size };
    } else {
      joined.push(inner);
    }
  }
  return joined;
}

/** The axes whose coordinate a body asks for. */
export const indexedAxes = (body: Body): Set<number> =>
  new Set(body.flatMap((i) => (i.op === "index" ? [i.dimension] : [])));

/** A body and the instructions whose values are used. */
export interface Results {
  readonly body: Body;
  readonly results: readonly Reference[];
}

/** A body whose `index` instructions mean axes, rewritten so that they mean dimensions. */
export function resolveIndices({ body, results }: Results, dimensions: readonly AxisDimension[]): Results {
  const resolved: Instruction[] = [];
  const moved: Reference[] = [];
  const push = (i: Instruction): Reference => resolved.push(i) - 1;
  for (const i of body) {
    moved.push(
      i.op === "index"
        ? coordinate(i.dimension, dimensions, push)
        : push(mapReferences(i, (at) => moved[at]!)),
    );
  }
  return { body: resolved, results: results.map((at) => moved[at]!) };
}

/** The coordinate along an axis from those along its dimensions: `(d0 size1 + d1) size2 + d2`; 0 if there is none. */
function coordinate(
  axis: number,
  dimensions: readonly AxisDimension[],
  push: (i: Instruction) => Reference,
): Reference {
  let sum: Reference | undefined;
  dimensions.forEach((d, dimension) => {
    if (d.axis !== axis) return;
    const digit = push({ op: "index", dimension });
    if (sum === undefined) {
      sum = digit;
    } else {
      const size = push({ op: "constant", dtype: "i32", value: d.size });
      sum = push({ op: "add", x: push({ op: "multiply", x: sum, y: size }), y: digit });
    }
  });
  return sum ?? push({ op: "constant", dtype: "i32", value: 0 });
}
