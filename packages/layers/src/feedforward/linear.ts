import { add, matmul, type Init, type ParamSpec } from "@unroll/core";
import type { Layer } from "../spec/cell.ts";
import { uniform } from "../initializers/initializers.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";

/** w [inputs, outputs], b [outputs]. */
export interface LinearParams {
  readonly w: ParamSpec;
  readonly b: ParamSpec | undefined;
}

/** How a linear layer is made. */
export interface LinearOptions {
  /** Default: true. */
  readonly bias?: boolean;
  /** The first numbers of w and b. Default: uniform on 1 / sqrt(inputs) around 0. */
  readonly init?: Init;
}

/**
 * A linear map, x w + b.
 *
 * Shapes: [..., inputs] -> [..., outputs], with one axis in front or more.
 * Throws: ShapeError for a size that is no whole number from 1 on.
 */
export function linear(inputs: number, outputs: number, options: LinearOptions = {}): Layer<LinearParams> {
  checkSizes("linear", { inputs, outputs });
  const { bias = true, init = uniform(1 / Math.sqrt(inputs)) } = options;
  return {
    params: { w: param([inputs, outputs], init), b: bias ? param([outputs], init) : undefined },
    apply({ w, b }, x) {
      const y = matmul(x, w);
      return b ? add(y, b) : y;
    },
  };
}
