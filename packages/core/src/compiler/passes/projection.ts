import { byteSize, sizeOf } from "../../tensor/type.ts";
import { nodesOf } from "../../graph/graph.ts";
import type { Node, Value } from "../../graph/node.ts";
import { sidesOf, type Contraction } from "./letters.ts";
import { bodyOf, varyingIn, type Loop } from "./loop.ts";

/** When the projections of all steps are better one product outside of the loop. */
export interface ProjectionLimits {
  /** Products of fewer rows than this at a step are; of more they are as fast inside. */
  readonly rows: number;
  /** The most elements that the product may have, over all steps. */
  readonly elements: number;
  /** In a loop that reads more `bytes` of weights at every step, products of fewer `rows` than this are, too. */
  readonly heavy: { readonly bytes: number; readonly rows: number };
}

/**
 * A product of all steps has to be stored, which costs as much as reading the weight once more at 16 rows a step.
 * Weights that no second cache holds come from farther away at every step: an eighth of the time at 50 rows.
 */
export const projectionLimits: ProjectionLimits = {
  rows: 16,
  elements: 2 ** 23,
  heavy: { bytes: 2 ** 20, rows: 128 },
};

/** A product of what differs from step to step and of what does not. */
export interface Projection extends Contraction {
  readonly node: Node;
}

/** The projections among some nodes of a loop. */
export function projectionsAmong(loop: Loop, nodes: readonly Node[]): readonly Projection[] {
  const varying = varyingIn(loop);
  return nodes.flatMap((node) => {
    const side = sidesOf(node).find(({ x, other }) => varying.has(x) && !varying.has(other));
    return side ? [{ ...side, node }] : [];
  });
}

/** How many rows of an operand one step projects. */
export const rowsOf = ({ x, ofX, ofOther }: Contraction): number =>
  sizeOf(x.shape.filter((_, axis) => !ofOther.includes(ofX[axis]!)));

/** Bytes of all weights of some projections. */
export const weightsOf = (projections: readonly Projection[]): number =>
  [...new Set(projections.map(({ other }) => other))].reduce(
    (sum, { type: { dtype, shape } }) => sum + sizeOf(shape) * byteSize(dtype),
    0,
  );

/** Whether a projection is better outside of a loop of so many steps, which reads so many bytes of weights. */
export function isBetterOutside(
  side: Contraction,
  { shape }: Value,
  { length, weights }: { readonly length: number; readonly weights: number },
  { rows, elements, heavy }: ProjectionLimits,
): boolean {
  const most = weights > heavy.bytes ? Math.max(rows, heavy.rows) : rows;
  return rowsOf(side) < most && length * sizeOf(shape) <= elements;
}

/** Bytes of the weights that a loop reads at every step. */
export const weightsIn = (loop: Loop): number => weightsOf(projectionsAmong(loop, nodesOf(bodyOf(loop))));
