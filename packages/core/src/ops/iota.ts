import { ShapeError } from "../tensor/error.ts";
import type { DType } from "../tensor/type.ts";
import { applyOp, type Op, type Value } from "../graph/node.ts";
import { cast } from "./cast.ts";
import { equal } from "./compare.ts";
import { expectIndex, expectValues } from "./expect.ts";
import { unsqueeze } from "./reshape.ts";

interface IotaAttrs {
  readonly size: number;
  readonly dtype: DType;
}

const iotaOp: Op<IotaAttrs> = {
  name: "iota",
  infer: (_, { size, dtype }) => [{ dtype, shape: [size] }],
  lower: { scalar: (s, _, { dtype }) => s.cast(s.index(0), dtype) },
};

/**
 * The numbers 0, 1, ... size - 1.
 *
 * Shapes: -> [size], i32 unless `dtype` says otherwise.
 * Throws: ShapeError when the size is no whole number from 0 on.
 */
export function iota(size: number, options: { readonly dtype?: "f32" | "f64" | "i32" } = {}): Value {
  const { dtype = "i32" } = options;
  if (!Number.isInteger(size) || size < 0) throw new ShapeError(`iota: ${size} is no size.`);
  return applyOp(iotaOp, [], { size, dtype })[0]!;
}

/**
 * Rows that are 1 at an index and 0 elsewhere. An index outside of the row gives zeros.
 *
 * Shapes: i32 [...] -> [..., size].
 * Gradient: none, integers have no derivative.
 * Throws: DTypeError when the index is not i32.
 */
export function oneHot(index: Value, size: number, dtype: DType): Value {
  expectValues("oneHot", index);
  expectIndex("oneHot", index);
  return cast(equal(unsqueeze(index, -1), iota(size)), dtype);
}
