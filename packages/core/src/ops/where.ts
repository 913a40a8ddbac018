import { DTypeError, ShapeError } from "../tensor/error.ts";
import type { Shape } from "../tensor/type.ts";
import { applyOp, describeValue, isValue, type Op, type Value } from "../graph/node.ts";
import { broadcastShapes, broadcastTo } from "./broadcast.ts";
import { operands, type Operand } from "./elementwise.ts";
import { expectValues } from "./expect.ts";

const whereOp: Op<object> = {
  name: "where",
  infer: ([, x]) => [x!],
  // Zeros are chosen, not multiplied in, so that an infinite cotangent on the side not taken does no harm.
  vjp: ({ inputs: [condition] }, [dz]) => [
    undefined,
    dz && where(condition!, dz, 0),
    dz && where(condition!, 0, dz),
  ],
  lower: { scalar: (s, [condition, x, y]) => s.select(condition!, x!, y!) },
};

/**
 * x where the condition holds and y elsewhere.
 *
 * Shapes: broadcast as in NumPy, except that the condition, bool, must have the rank of what it selects, unless one of
 * them is a scalar: a mask [B] beside rows [B, H] would otherwise fall along H whenever B = H.
 * Gradient: dx = dz where the condition holds and 0 elsewhere, dy the other way round. A NaN or an infinity in the
 * cotangent of the side not taken does not leak.
 * Throws: ShapeError, DTypeError.
 */
export function where(condition: Value, x: Operand, y: Operand): Value {
  expectValues("where", condition);
  if (condition.type.dtype !== "bool") {
    throw new DTypeError(
      `where: the condition ${describeValue(condition)} is not bool.`,
      "Compare first, e.g. greater(x, 0).",
    );
  }
  if (!isValue(x) && !isValue(y)) {
    throw new DTypeError(
      `where: the choices are the numbers ${x} and ${y}, which have no dtype.`,
      `Lift one with full(${x}, type), or cast the condition.`,
    );
  }
  const choice = operands("where", [x, y]);
  const values = [x, y].filter(isValue);
  checkRank(condition, values, choice[0]!.shape);
  const shape = broadcastShapes("where", [condition, ...values]);
  const inputs = [condition, ...choice].map((value) => broadcastTo(value, shape));
  return applyOp(whereOp, inputs, {})[0]!;
}

function checkRank(condition: Value, choice: readonly Value[], shape: Shape): void {
  const { length: rank } = condition.shape;
  const { length: wanted } = shape;
  if (rank === wanted || rank === 0 || wanted === 0) return;
  const perRow = rank === 1 && condition.shape[0] === shape[0];
  const column = shape.map((size, axis) => (axis === 0 ? size : 1));
  throw new ShapeError(
    `where: the condition ${describeValue(condition)} has rank ${rank}, the choice ${choice.map(describeValue).join(" and ")} rank ${wanted}.`,
    perRow
      ? `A condition per row is [${column.join(", ")}]: unsqueeze it.`
      : "Give it the rank of what it selects, with unsqueeze or reshape.",
  );
}
