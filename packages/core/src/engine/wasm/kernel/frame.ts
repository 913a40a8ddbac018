import { byteSize, type DType } from "../../../tensor/type.ts";
import { dtypesOf, type Body } from "../../../ir/instruction.ts";
import type { Dimension } from "../../../ir/kernel.ts";
import type { Emission } from "../emission.ts";
import type { FunctionBuilder } from "../encode/function.ts";
import { lanesOf, type Lanes } from "./lanes.ts";

/** The function of a kernel while it is being written. Its parameters are the addresses of the operands. */
export interface Frame {
  readonly f: FunctionBuilder;
  readonly emission: Emission;
  readonly dtypes: readonly DType[];
  readonly lanes: Lanes;
}

/** The strides of a dimension in bytes. */
export const byteStrides = ({ strides }: Dimension, dtypes: readonly DType[]): number[] =>
  strides.map((stride, i) => stride * byteSize(dtypes[i]!));

/** What a function with some bodies is written with. */
export const frameOf = (
  f: FunctionBuilder,
  emission: Emission,
  dtypes: readonly DType[],
  bodies: readonly Body[] = [],
): Frame => ({
  f,
  emission,
  dtypes,
  lanes: lanesOf([...dtypes, ...bodies.flatMap((body) => dtypesWithin(body, dtypes))]),
});

function dtypesWithin(body: Body, operands: readonly DType[]): DType[] {
  const accumulators = body.flatMap((i) => (i.op === "accumulator" ? [i.which] : []));
  // Accumulators have the dtypes of values of another body, which is looked at as well; here any will do.
  const none = new Array<DType>(Math.max(0, ...accumulators.map((which) => which + 1))).fill("f32");
  return dtypesOf(body, operands, none);
}
