import { GradientError, ShapeError } from "../tensor/error.ts";
import { formatType, isFloat, sameType } from "../tensor/type.ts";
import { dependents, nodesOf } from "../graph/graph.ts";
import { describeValue, mark, type Cotangents, type Node, type Value } from "../graph/node.ts";
import { sameTree } from "../tensor/tree.ts";
import { valuesOf, withValues } from "../graph/spec.ts";
import { add } from "../ops/arithmetic.ts";
import { zerosLike } from "../ops/full.ts";

/**
 * Carry cotangents `dys` of `ys` back to `xs`: reverse mode.
 *
 * The `xs` are a function's independent inputs: the graph is cut there, so what one of them does to another is not
 * counted. For total derivatives use `gradient`.
 *
 * Shapes: dys as ys; the result as xs, zeros where nothing flows.
 * Throws: TreeError when dys is not a tree like ys; GradientError when the way leads through an op without a
 * derivative.
 */
export function pullback<Y, X>(ys: Y, dys: NoInfer<Y>, xs: X): X {
  sameTree("pullback", { name: "the cotangents are", tree: dys }, { name: "the outputs are", tree: ys });
  const outputs = valuesOf(ys);
  const cotangents = valuesOf(dys);
  outputs.forEach((y, i) => {
    const dy = cotangents[i]!;
    if (!sameType(y.type, dy.type))
      throw new ShapeError(`pullback: the cotangent of ${describeValue(y)} is ${formatType(dy.type)}.`);
  });
  const inputs = valuesOf(xs);
  return withValues(
    xs,
    pull(outputs, cotangents, inputs, inputs).map((dx, i) => dx ?? zerosLike(inputs[i]!)),
  );
}

/** The walk itself, on lists. The graph ends at the values of `cut`; an x that is not among them is walked through. */
export function pull(
  ys: readonly Value[],
  dys: Cotangents,
  xs: readonly Value[],
  cut: readonly Value[],
): Cotangents {
  const nodes = nodesOf({ inputs: cut, outputs: ys });
  const active = dependentsThatVary(nodes, xs);
  const cotangents = new Map<Value, Value>();
  const accumulate = (x: Value, dx: Value | undefined): void => {
    if (!dx || !active.has(x)) return;
    const sum = cotangents.get(x);
    cotangents.set(x, sum ? add(sum, dx) : dx);
  };
  ys.forEach((y, i) => accumulate(y, dys[i]));
  for (const node of nodes.reverse()) {
    const dOut = node.outputs.map((y) => cotangents.get(y));
    if (dOut.every((dy) => dy === undefined) || !node.inputs.some((x) => active.has(x))) continue;
    vjpOf(
      node,
      dOut,
      node.inputs.map((x) => active.has(x)),
    ).forEach((dx, i) => accumulate(node.inputs[i]!, dx));
  }
  return xs.map((x) => cotangents.get(x));
}

/** Values that depend on `xs` through floating-point values only: integers and booleans carry no cotangent. */
export function dependentsThatVary(nodes: readonly Node[], xs: readonly Value[]): Set<Value> {
  const active = new Set(xs.filter((x) => isFloat(x.type.dtype)));
  for (const node of nodes) {
    if (!node.inputs.some((x) => active.has(x))) continue;
    for (const y of node.outputs) if (isFloat(y.type.dtype)) active.add(y);
  }
  return active;
}

/** Ask a node's record, check the answer, and mark what was made for it. */
function vjpOf(node: Node, dys: Cotangents, wanted: readonly boolean[]): Cotangents {
  const { op, inputs } = node;
  if (!op.vjp) {
    const towards = inputs.find((_, i) => wanted[i])!;
    throw new GradientError(
      `gradient: ${op.name} has no derivative.`,
      `Stop the gradient before it with detach, or choose another path to ${describeValue(towards)}.`,
    );
  }
  const start = mark();
  const dxs = op.vjp(node, dys, wanted);
  if (dxs.length !== inputs.length) {
    throw new GradientError(
      `${op.name}: its vjp returned ${dxs.length} cotangent${dxs.length === 1 ? "" : "s"} for ${inputs.length} input${inputs.length === 1 ? "" : "s"}.`,
      "Return one per input, undefined where it is zero.",
    );
  }
  dxs.forEach((dx, i) => {
    if (dx && wanted[i] && !sameType(dx.type, inputs[i]!.type)) {
      throw new GradientError(
        `${op.name}: its vjp returned ${formatType(dx.type)} as the cotangent of input ${i + 1}, which is ${describeValue(inputs[i]!)}.`,
      );
    }
  });
  markAdjoint(dxs, node, start);
  return dxs;
}

/** Nodes that a vjp made say whose derivative they are. */
function markAdjoint(dxs: Cotangents, node: Node, start: number): void {
  const stack = dxs.filter((dx) => dx !== undefined).map((dx) => dx.node);
  for (let made = stack.pop(); made; made = stack.pop()) {
    if (made.id < start || made.adjointOf) continue;
    made.adjointOf = node;
    for (const x of made.inputs) stack.push(x.node);
  }
}

/** Whether `y` depends on `x` in any way, or in a way that does not lead through one of `around`. */
export const reaches = (x: Value, y: Value, ...around: readonly Value[]): boolean =>
  dependents(nodesOf({ inputs: [x, ...around], outputs: [y] }), [x]).has(y);

/**
 * Why no cotangent reaches `x`: the first op on a way from it to `y` that gives no floats. Undefined: there is no way.
 */
export function blockedBy(x: Value, y: Value): Node | undefined {
  if (!reaches(x, y)) return undefined;
  const nodes = nodesOf({ inputs: [x], outputs: [y] });
  const active = dependentsThatVary(nodes, [x]);
  return nodes.find(
    (node) =>
      node.inputs.some((input) => active.has(input)) && !node.outputs.some((output) => active.has(output)),
  );
}
