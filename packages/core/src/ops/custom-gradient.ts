import { GradientError } from "../tensor/error.ts";
import { named, sameTree } from "../tensor/tree.ts";
import { formatType, isFloat, sameType } from "../tensor/type.ts";
import { applyOp, type Op, type Value } from "../graph/node.ts";
import { leaves, type Values } from "../graph/spec.ts";
import { expectValues } from "./expect.ts";

interface CustomGradientAttrs {
  /** The tree of the declared inputs: only its paths matter here. */
  readonly xs: unknown;
  readonly vjp: (dy: Value) => unknown;
}

const customGradientOp: Op<CustomGradientAttrs> = {
  name: "customGradient",
  infer: ([y]) => [y!],
  vjp({ inputs: [y, ...xs], attrs }, [dy]) {
    if (!dy) return [y, ...xs].map(() => undefined);
    const dxs = attrs.vjp(dy);
    sameTree("customGradient", { name: "its vjp returned", tree: dxs }, { name: "xs is", tree: attrs.xs });
    const cotangents = leaves(dxs);
    cotangents.forEach(({ path, leaf: dx }, i) => checkCotangent(named(path, "xs"), xs[i]!, dx));
    return [undefined, ...cotangents.map(({ leaf }) => leaf)];
  },
  lower: { view: (_, y) => [y] },
};

function checkCotangent(name: string, x: Value, dx: Value): void {
  if (sameType(x.type, dx.type)) return;
  throw new GradientError(
    `customGradient: ${name} is ${formatType(x.type)}, and the vjp returned ${formatType(dx.type)} for it.`,
    "A cotangent has the type of what it belongs to.",
  );
}

/**
 * The value y with a gradient of one's own: nothing flows into y, and what `vjp` makes of its cotangent flows into xs.
 *
 * Straight-through estimators, reversed gradients and clipping at a node are one line each. `vjp` is written in ops,
 * may mention other values, and is called when a derivative is taken.
 *
 * Shapes: that of y. `vjp` takes dy, of the type of y, and returns a tree like xs.
 * Gradient: dxs = vjp(dy).
 * Throws: GradientError when y or a leaf of xs is no float; TreeError and GradientError, when a derivative is taken,
 * for an answer of another structure or other types.
 *
 *     const roundThrough = (x: Value) => customGradient(round(x), [x], (dy) => [dy]);
 */
export function customGradient<const X>(y: Value, xs: X, vjp: (dy: Value) => Values<X>): Value {
  expectValues("customGradient", y);
  const inputs = leaves(xs);
  checkFloat("y", y);
  for (const { path, leaf } of inputs) checkFloat(named(path, "xs"), leaf);
  return applyOp(customGradientOp, [y, ...inputs.map(({ leaf }) => leaf)], { xs, vjp })[0]!;
}

function checkFloat(name: string, x: Value): void {
  if (isFloat(x.type.dtype)) return;
  throw new GradientError(
    `customGradient: ${name} is ${formatType(x.type)}; only floats have gradients.`,
    name === "y" ? "Cast it first." : "Leave it out: the vjp may mention any value.",
  );
}
