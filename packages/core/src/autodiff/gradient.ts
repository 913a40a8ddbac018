import { GradientError, ShapeError } from "../tensor/error.ts";
import { formatType, isFloat } from "../tensor/type.ts";
import { describeValue, isValue, type Node, type Value } from "../graph/node.ts";
import { notAValue } from "../graph/not-a-value.ts";
import { gradientLeaves, withValues, type TreeOf } from "../graph/spec.ts";
import { full, zerosLike } from "../ops/full.ts";
import { blockedBy, pull, reaches } from "./pullback.ts";

/**
 * Total derivatives of a scalar with respect to every leaf of a tree, as more graph.
 *
 * What one leaf does to another is counted, so the answer for a leaf does not depend on which others are asked for.
 *
 * Shapes: loss [], the result has the tree and the types of `wrt`.
 * Throws: ShapeError when the loss is no scalar; GradientError naming every leaf that the loss does not depend on
 * (`allowUnused` gives zeros instead), every integer leaf, or an op on the way that has no derivative.
 *
 *     const dw = gradient(mean(square(sub(matmul(x, w), y))), w);
 */
export function gradient<T>(
  loss: Value,
  wrt: T & TreeOf<T, Value>,
  options: { readonly allowUnused?: boolean } = {},
): T {
  if (typeof loss === "function") {
    throw new GradientError(
      "gradient: expected a scalar Value, got a function.",
      "Call it inside: compile((w) => gradient(loss(w), w)).",
    );
  }
  if (!isValue(loss)) throw notAValue("gradient", loss, 1);
  if (loss.shape.length > 0)
    throw new ShapeError(
      `gradient: the loss must be a scalar, got ${describeValue(loss)}.`,
      "Reduce it first, e.g. with mean.",
    );
  if (!isFloat(loss.type.dtype))
    throw new GradientError(`gradient: the loss is ${formatType(loss.type)}; only floats have derivatives.`);
  const targets = gradientLeaves("a tree of Values to differentiate by", wrt);
  const xs = targets.map(({ leaf }) => leaf);
  const dxs = pull([loss], [full(1, loss.type)], xs, []);
  const unreached = targets.filter((_, i) => dxs[i] === undefined);
  if (unreached.length > 0 && !options.allowUnused) throw unused(loss, unreached);
  checkEmitted(loss, targets);
  return withValues(
    wrt,
    dxs.map((dx, i) => dx ?? zerosLike(xs[i]!)),
  );
}

type Targets = readonly { readonly path: string; readonly leaf: Value }[];

const nameOf = ({ path, leaf }: Targets[number]): string => leaf.label ?? (path || formatType(leaf.type));

function unused(loss: Value, unreached: Targets): GradientError {
  const integers = unreached.filter(({ leaf }) => !isFloat(leaf.type.dtype));
  if (integers.length > 0)
    return new GradientError(
      `gradient: ${integers.map((t) => `${nameOf(t)} is ${formatType(t.leaf.type)}`).join(", ")}; only floats have derivatives.`,
    );
  const blocked = unreached
    .map((target) => ({ target, by: blockedBy(target.leaf, loss) }))
    .find(({ by }) => by);
  if (blocked) {
    const { op, source } = blocked.by!;
    return new GradientError(
      `gradient: ${nameOf(blocked.target)} reaches the loss only through ${op.name}${source ? ` (${source})` : ""}, which has no derivative.`,
      "Choose another path, or declare a gradient with customGradient.",
    );
  }
  const emitted = unreached.find(({ leaf }) => emits(leaf));
  if (emitted)
    return new GradientError(
      `gradient: the loss does not depend on ${nameOf(emitted)}, which a scan emitted.`,
      probeAdvice,
    );
  const names = unreached.map(nameOf);
  const { length } = names;
  return new GradientError(
    `gradient: the loss does not depend on ${names.join(", ")}.`,
    `Leave ${length > 1 ? "them" : "it"} out, or pass { allowUnused: true } for zeros.`,
  );
}

const probeAdvice =
  "An emitted sequence is not the state: to have dL/dh for every step, add a zero sequence to h inside the step and ask for its gradient (docs/errors.md, section GradientError).";

/** Whether a value only shows what happens inside an op, as the sequence that a scan emits does. */
const emits = ({ node, index }: Value): boolean => node.op.emits?.(node.attrs, index) ?? false;

/** The ops whose inside an emitted sequence shows: several where it was made in pieces. */
function shownBy(y: Value): readonly Node[] {
  if (!emits(y)) return [];
  return y.node.op.bodies ? [y.node] : y.node.inputs.flatMap(shownBy);
}

/**
 * The derivative by an emitted sequence sees its uses outside of the scan, and not the state's own way through time.
 * Where the loss also depends on another output of that scan this would be half an answer, so it is refused.
 */
function checkEmitted(loss: Value, targets: Targets): void {
  for (const target of targets.filter(({ leaf }) => emits(leaf))) {
    const others = shownBy(target.leaf).flatMap(({ outputs }) => outputs);
    if (!others.some((y) => y !== target.leaf && reaches(y, loss, target.leaf))) continue;
    throw new GradientError(
      `gradient: a scan emitted ${nameOf(target)}, and the loss also depends on another output of that scan: the derivative by one alone would be partial.`,
      probeAdvice,
    );
  }
}
