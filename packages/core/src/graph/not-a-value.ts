import { DTypeError } from "../tensor/error.ts";

/** The error for something in a value's place, by its position or name, with a guess at what was meant. */
export function notAValue(op: string, x: unknown, operand: number | string): DTypeError {
  const kind = typeof x === "object" && x !== null && "~leaf" in x ? x["~leaf"] : undefined;
  const what = (text: string, remedy?: string): DTypeError =>
    new DTypeError(
      `${op}: ${typeof operand === "number" ? `operand ${operand}` : operand} is ${text}.`,
      remedy,
    );
  if (kind === "value")
    return what(
      "a Value of another copy of @unroll/core",
      "Install one version only, and import it from one place.",
    );
  if (kind === "tensor")
    return what(
      "a Tensor",
      "Pass it as an argument of the compiled function, or lift it with constant(tensor).",
    );
  if (kind === "param")
    return what(
      "a parameter's spec",
      "Make tensors of the specs with init(spec, seed) and pass them as an argument.",
    );
  if (kind === "state")
    return what("a state's spec", "Make values of the specs with initialState(spec, { batch, dtype }).");
  if (typeof x === "object" && x !== null && "step" in x)
    return what("a cell", "Did you forget to call its step?");
  if (typeof x === "object" && x !== null && "apply" in x)
    return what("a layer", "Did you forget to call its apply?");
  if (typeof x === "number") return what(`the number ${x}`, "Lift it with full(number, type).");
  if (Array.isArray(x))
    return what("an array", "An op takes values one by one; join values with concat or stack.");
  return what(x === null ? "null" : typeof x === "object" ? "a record" : `${typeof x}`, "Expected a Value.");
}
