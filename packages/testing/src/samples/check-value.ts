import { formatTensor, formatType, type Engine, type Tensor } from "@unroll/core";
import { isClose, unitRoundoff } from "../closeness.ts";
import { coordinates } from "../coordinates.ts";
import { load } from "../trace.ts";
import { expectedOf, graphOf, type Case, type Expected } from "./sample.ts";

/** The smallest number above 0: what a result below the normal ones may be off by, whatever its size. */
const smallest = { f32: 2 ** -149, f64: 2 ** -1074, i32: 0, bool: 0 } as const;

/**
 * What is wrong with what an engine makes of a call, in words; undefined when nothing is: its results have the types
 * that the graph promises, the shapes of the formula, and its numbers up to the call's roundings.
 */
export function wrongValue(one: Case, engine: Engine): string | undefined {
  const closed = graphOf(one);
  const results = load(closed, engine).run(one.inputs);
  const expected = expectedOf(one);
  const count = [results.length, closed.outputs.length, expected.length];
  if (new Set(count).size > 1) return `there are ${count.join(", ")} results, outputs and formulas`;
  return results
    .map((y, i) => {
      const [is, promised] = [formatType(y.type), formatType(closed.outputs[i]!.type)];
      if (is !== promised) return `result ${i} is ${is}, and the graph says ${promised}`;
      return describeWrong(y, expected[i]!, one.roundings);
    })
    .find((wrong) => wrong !== undefined);
}

function describeWrong(y: Tensor, { value, size }: Expected, roundings: number): string | undefined {
  const { dtype, shape } = y.type;
  if (shape.join() !== value.shape.join() || y.data.length !== value.data.length) {
    return `${formatType(y.type)} of ${y.data.length} elements should have the shape [${value.shape.join(", ")}]`;
  }
  // A formula in f64 rounds as often as what is compared with it.
  const unit = roundings * (dtype === "f64" ? 2 : 1) * unitRoundoff[dtype];
  for (const [i, x] of y.data.entries()) {
    // What is too large for f32 is infinite in it.
    const rounded = dtype === "f32" ? Math.fround(value.data[i]!) : value.data[i]!;
    const wanted = Number.isFinite(rounded) ? value.data[i]! : rounded;
    const tolerance = unit * Math.abs(size.data[i]!) + roundings * smallest[dtype];
    if (isClose(x, wanted, tolerance)) continue;
    const place = shape.length > 0 ? ` at [${coordinates(i, shape).join(", ")}]` : "";
    return `${x} should be ${wanted}${place}, up to ${tolerance.toExponential(2)}, in ${formatTensor(y, 64)}`;
  }
  return undefined;
}
