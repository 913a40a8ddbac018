import {
  add,
  einsum,
  reshape,
  ShapeError,
  formatType,
  type Init,
  type ParamSpec,
  type Value,
} from "@unroll/core";
import type { Layer } from "../spec/cell.ts";
import { uniform } from "../initializers/initializers.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";

/** w [left, right, outputs], b [outputs]. */
export interface BilinearParams {
  readonly w: ParamSpec;
  readonly b: ParamSpec | undefined;
}

/** How a bilinear layer is made. */
export interface BilinearOptions {
  /** Default: true. */
  readonly bias?: boolean;
  /** The first numbers of w and b. Default: uniform on 1 / sqrt(left) around 0. */
  readonly init?: Init;
}

/** Two operands with the same axes in front. */
export interface BilinearInput {
  readonly left: Value;
  readonly right: Value;
}

/**
 * A map that is linear in each of two operands: y[o] = sum over i, j of left[i] w[i, j, o] right[j], and b[o].
 *
 * Shapes: left [..., left], right [..., right] -> [..., outputs].
 * Throws: ShapeError for a size that is no whole number from 1 on, and when the axes in front differ.
 */
export function bilinear(
  left: number,
  right: number,
  outputs: number,
  options: BilinearOptions = {},
): Layer<BilinearParams, BilinearInput> {
  checkSizes("bilinear", { left, right, outputs });
  const { bias = true, init = uniform(1 / Math.sqrt(left)) } = options;
  return {
    params: { w: param([left, right, outputs], init), b: bias ? param([outputs], init) : undefined },
    apply({ w, b }, x) {
      const front = x.left.shape.slice(0, -1);
      checkFront(x);
      const rows = front.reduce((product, size) => product * size, 1);
      const flat = (value: Value): Value => reshape(value, [rows, value.shape.at(-1)!]);
      // All pairs first: then there is one product of matrices, over all of them.
      const y = einsum("ri,rj,ijo->ro", flat(x.left), flat(x.right), w);
      const shaped = reshape(y, [...front, outputs]);
      return b ? add(shaped, b) : shaped;
    },
  };
}

function checkFront({ left, right }: BilinearInput): void {
  if (left.shape.slice(0, -1).join() === right.shape.slice(0, -1).join()) return;
  throw new ShapeError(
    `bilinear: left is ${formatType(left.type)} and right ${formatType(right.type)}: their axes in front differ.`,
    "Repeat one of them: broadcastTo(x, shape).",
  );
}
