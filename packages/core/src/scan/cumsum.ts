import type { Value } from "../graph/node.ts";
import { add } from "../ops/arithmetic.ts";
import { normalizeAxis } from "../ops/axis.ts";
import { full } from "../ops/full.ts";
import { transpose } from "../ops/transpose.ts";
import { scan } from "./scan.ts";

/**
 * Running sum along an axis: y[t] = x[0] + ... + x[t]; with `reverse`, from the other end.
 *
 * A scan whose step is an addition, so its gradient is a scan too: the running sum of dy from the other end.
 *
 * Shapes: any -> same.
 * Throws: ShapeError when there is no such axis; DTypeError for bool.
 */
export function cumsum(
  x: Value,
  options: { readonly axis?: number; readonly reverse?: boolean } = {},
): Value {
  const axis = normalizeAxis("cumsum", options.axis ?? -1, x);
  const order = [axis, ...x.shape.map((_, i) => i).filter((i) => i !== axis)];
  const rows = transpose(x, order);
  const start = full(0, { dtype: x.type.dtype, shape: rows.shape.slice(1) });
  const step = (sum: Value, row: Value): readonly [Value, Value] => {
    const next = add(sum, row);
    return [next, next];
  };
  const [, sums] = scan(step, start, rows, { reverse: options.reverse ?? false });
  return transpose(
    sums,
    order.map((_, i) => order.indexOf(i)),
  );
}
