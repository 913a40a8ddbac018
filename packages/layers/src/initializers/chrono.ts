import { ShapeError, UnrollError, type Init } from "@unroll/core";
import { checkSizes } from "../spec/size.ts";

/** Which of several gates side by side are meant, counted from 0. */
export interface ChronoGates {
  /** How many there are. */
  readonly gates: number;
  /** The one that keeps the state when it is open. */
  readonly forget: number;
  /** The one that lets the new in, where that is another. */
  readonly input?: number;
}

/**
 * Biases with which a gated cell starts out remembering for times between 1 and `maxLength` steps, spread evenly over
 * its units.
 *
 *     b_forget = log(u)         u uniform on [1, maxLength - 1), for each unit
 *     b_input  = -b_forget
 *
 * and 0 for the other gates. A unit whose forget gate is sigmoid(log(u)) = u / (1 + u) loses 1 / (1 + u) of what it
 * holds per step. The gates are those of `lstm` unless others are named; a `gru` has its update gate for both.
 *
 * Shapes: [gates H].
 * Throws: ShapeError for a shape that does not divide into the gates, or a gate that there is not; UnrollError when
 * `maxLength` is below 2.
 * Source: Tallec and Ollivier, Can recurrent neural networks warp time?, 2018, section 2.
 *
 *     lstm(1, 128, { biasInit: chrono(784) });
 *     gru(1, 128, { biasInit: chrono(784, { gates: 3, forget: 1 }) });
 */
export function chrono(
  maxLength: number,
  { gates, forget, input }: ChronoGates = { gates: 4, forget: 1, input: 0 },
): Init {
  checkSizes("chrono", { gates });
  if (!(maxLength >= 2)) {
    throw new UnrollError(
      `chrono: the length is ${maxLength}.`,
      "Lengths are those of sequences, from 2 on.",
    );
  }
  for (const [name, gate] of Object.entries({ forget, input })) {
    if (gate === undefined || (Number.isInteger(gate) && gate >= 0 && gate < gates)) continue;
    throw new ShapeError(`chrono: ${name} is gate ${gate} of ${gates}.`, "Gates are counted from 0.");
  }
  return (shape, random) => {
    const [size] = shape;
    if (shape.length !== 1 || size! % gates !== 0) {
      throw new ShapeError(`chrono: [${shape.join(", ")}] are no biases of ${gates} gates.`);
    }
    const units = size! / gates;
    const b = new Float64Array(size!);
    for (let unit = 0; unit < units; unit++) {
      const bias = Math.log(1 + random.uniform() * (maxLength - 2));
      b[forget * units + unit] = bias;
      if (input !== undefined) b[input * units + unit] = -bias;
    }
    return b;
  };
}
