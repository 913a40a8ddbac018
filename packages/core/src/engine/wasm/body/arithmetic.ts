import { InternalError } from "../../../tensor/error.ts";
import { isFloat, type DType } from "../../../tensor/type.ts";
import type { Binary, Instruction, Reference } from "../../../ir/instruction.ts";
import { cast } from "./cast.ts";
import type { Code } from "../encode/code.ts";
import {
  exponent,
  extreme,
  floatOperations,
  multiplyAdd,
  scale,
  smallInteger,
  type Operation,
} from "./float.ts";
import { callImported, isImported } from "./imported.ts";
import { booleanOperations, divide, integerOperations, isShift, remainder, shift } from "./integer.ts";
import { selectLanes, type Site } from "./site.ts";

/** Instructions that take values and touch no memory. */
export type Arithmetic = Extract<Instruction, { readonly x: Reference }>;

/** What an instruction takes. */
export interface Operands {
  /** The dtype of x. */
  readonly dtype: DType;
  /** The vector of a value; it can be used any number of times. */
  value(at: Reference): Code;
  /** The number that a value is everywhere, if it is a constant. */
  constant(at: Reference): number | undefined;
  /** Whether the result is a whole number as it is, and only its last bits matter. */
  readonly isSmallInteger: boolean;
}

export function arithmetic(site: Site, i: Arithmetic, operands: Operands): Code {
  const { dtype, value, isSmallInteger } = operands;
  const { emission } = site;
  const x = value(i.x);
  switch (i.op) {
    case "cast":
      return isSmallInteger ? smallInteger(emission, floatOf(dtype), x) : cast(site, dtype, i.to, x);
    case "select":
      return selectLanes(emission, dtype, value(i.when), x, value(i.y));
    case "exponent":
      return exponent(emission, floatOf(dtype), x);
    case "scale":
      return scale(emission, floatOf(dtype), x, value(i.n));
    case "fma":
      return multiplyAdd(emission, floatOf(dtype), x, value(i.y), value(i.z));
    default:
      if ("y" in i) return binary(site, i, operands);
      if (isImported(i.op)) return callImported(site, i.op, dtype, [x]);
      return operationOf(i.op, dtype)(x, []);
  }
}

/** An instruction on two values; some are simpler when one of them is known. */
function binary(
  site: Site,
  { op, x: atX, y: atY }: Extract<Instruction, { op: Binary }>,
  { dtype, value, constant }: Operands,
): Code {
  const [x, y] = [value(atX), value(atY)];
  const [knownX, knownY] = [constant(atX), constant(atY)];
  if (isImported(op)) return callImported(site, op, dtype, [x, y]);
  if (isFloat(dtype) && (op === "min" || op === "max")) {
    if (knownY !== undefined) return extreme(op, dtype, x, y, knownY);
    if (knownX !== undefined) return extreme(op, dtype, y, x, knownX);
  }
  if (dtype === "i32") {
    if (isShift(op)) return shift(site, op, x, y, knownY);
    if (op === "divide") return divide(site, x, y);
    if (op === "remainder") return remainder(site, x, y);
  }
  return operationOf(op, dtype)(x, y);
}

function operationOf(op: string, dtype: DType): Operation {
  if (isFloat(dtype)) return known(floatOperations[dtype][op], op, dtype);
  return known((dtype === "i32" ? integerOperations : booleanOperations)[op], op, dtype);
}

const floatOf = (dtype: DType): "f32" | "f64" => known(isFloat(dtype) ? dtype : undefined, "a float", dtype);

function known<T>(found: T | undefined, op: string, dtype: DType): T {
  if (found === undefined) throw new InternalError(`wasm: ${op} is not defined on ${dtype}`);
  return found;
}
