import { fromArray, type Tensor } from "../tensor/tensor.ts";
import { applyOp, type Op, type Value } from "../graph/node.ts";

const constantOp: Op<{ readonly tensor: Tensor }> = {
  name: "constant",
  infer: (_, { tensor }) => [tensor.type],
  lower: { kernels: ({ outputs: [y], attrs }, to) => to.constant(y!, attrs.tensor) },
};

/**
 * A value with the numbers that a tensor has now. They are copied and become part of the program: what changes from
 * call to call is passed as an argument instead.
 *
 * Shapes: those of the tensor.
 * Gradient: none, it is a constant.
 */
export const constant = (tensor: Tensor): Value =>
  applyOp(constantOp, [], { tensor: fromArray(tensor.type, tensor.data.slice()) })[0]!;
