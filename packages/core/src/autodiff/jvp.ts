import { ShapeError } from "../tensor/error.ts";
import { sameTree } from "../tensor/tree.ts";
import { formatType, sameType } from "../tensor/type.ts";
import { describeValue } from "../graph/node.ts";
import { valuesOf, withValues } from "../graph/spec.ts";
import { zerosLike } from "../ops/full.ts";
import { pull } from "./pullback.ts";

/**
 * Carry tangents `dxs` of `xs` forward to `ys`: forward mode, as two pullbacks.
 *
 * The pullback of `ys` is linear in its cotangents; the pullback of that linear function is the derivative itself.
 * The `xs` are independent inputs: the graph is cut there.
 *
 * Shapes: dxs as xs; the result as ys, zeros where nothing flows.
 * Throws: TreeError when dxs is not a tree like xs; GradientError as `pullback`.
 * Source: Townsend, A new trick for calculating Jacobian vector products, 2017.
 */
export function jvp<Y, X>(ys: Y, xs: X, dxs: NoInfer<X>): Y {
  sameTree("jvp", { name: "the tangents are", tree: dxs }, { name: "the inputs are", tree: xs });
  const [outputs, inputs, tangents] = [valuesOf(ys), valuesOf(xs), valuesOf(dxs)];
  inputs.forEach((x, i) => {
    const dx = tangents[i]!;
    if (!sameType(x.type, dx.type))
      throw new ShapeError(`jvp: the tangent of ${describeValue(x)} is ${formatType(dx.type)}.`);
  });
  // The first pullback is linear in its cotangents, so the second does not depend on their numbers. They are zeros and
  // no inputs, because a scan that is run again for what it saves takes all of its operands, whether they matter or
  // not.
  const dummies = outputs.map(zerosLike);
  const dIn = pull(outputs, dummies, inputs, inputs);
  const reached = dIn.flatMap((dx, i) => (dx ? [{ dx, tangent: tangents[i]! }] : []));
  const dOut = pull(
    reached.map(({ dx }) => dx),
    reached.map(({ tangent }) => tangent),
    dummies,
    dummies,
  );
  return withValues(
    ys,
    dOut.map((dy, i) => dy ?? zerosLike(outputs[i]!)),
  );
}
