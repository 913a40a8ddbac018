import { cast, DTypeError, formatType, isValue, ShapeError, type Operand, type Value } from "@unroll/core";
import { expectIn } from "./expect.ts";

/**
 * A rate as a function of the number of updates made before: 0 at the first one. It builds graph.
 *
 * Shapes: step [] -> []. The step is f32, and f64 for leaves that are f64.
 *
 *     const torch: Schedule = (step) => div(2e-3, add(1, mul(1e-4, step)));
 */
export type Schedule = (step: Value) => Value;

/**
 * A learning rate: a number, or a function of the step.
 *
 * **A number is frozen when the step is compiled: assigning to the JavaScript variable it came from changes nothing.**
 * A rate that the host decides goes through the scale of `applyUpdates`.
 */
export type Rate = number | Schedule;

/** Throws: UnrollError when the option is neither a function nor a number from 0 on. */
export function expectRate(op: string, name: string, rate: Rate): void {
  if (typeof rate !== "function") expectIn("[0, Infinity)", op, { [name]: rate });
}

/**
 * The rate after a number of updates, in the dtype of that number.
 *
 * Throws: DTypeError, ShapeError when a schedule gave anything but a scalar value.
 */
export function rateAt(op: string, rate: Rate, step: Value): Operand {
  if (typeof rate === "number") return rate;
  const y: unknown = rate(step);
  if (!isValue(y)) {
    throw new DTypeError(`${op}: the schedule gave no Value.`, "Lift a number with full(rate, step.type).");
  }
  if (y.shape.length > 0) {
    throw new ShapeError(`${op}: the schedule gave ${formatType(y.type)}; a rate is a scalar.`);
  }
  return cast(y, step.type.dtype);
}
