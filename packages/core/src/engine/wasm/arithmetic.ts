import { InternalError } from "../../tensor/error.ts";
import { isFloat, type DType } from "../../tensor/type.ts";
import type { Instruction, Reference } from "../../ir/instruction.ts";
import { cast } from "./cast.ts";
import type { Code } from "./code.ts";
import { exponent, floatOperations, multiplyAdd, scale } from "./float.ts";
import { callImported, isImported } from "./imported.ts";
import { booleanOperations, divide, integerOperations, isShift, remainder, shift } from "./integer.ts";
import * as v128 from "./opcodes/v128.ts";
import { maskFor, type Site } from "./site.ts";

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
}

export function arithmetic(site: Site, i: Arithmetic, { dtype, value, constant }: Operands): Code {
  const x = value(i.x);
  switch (i.op) {
    case "cast":
      return cast(site, dtype, i.to, x);
    case "select":
      return v128.bitselect(x, value(i.y), maskFor(dtype, value(i.when)));
    case "exponent":
      return exponent(site.emission, floatOf(dtype), x);
    case "scale":
      return scale(site.emission, floatOf(dtype), x, value(i.n));
    case "fma":
      return multiplyAdd(site.emission, floatOf(dtype), x, value(i.y), value(i.z));
    default: {
      const operands = "y" in i ? [x, value(i.y)] : [x];
      if (isImported(i.op)) return callImported(site, i.op, dtype, operands);
      const y = operands[1] ?? [];
      return isFloat(dtype)
        ? known(floatOperations[dtype][i.op], i.op, dtype)(x, y)
        : integer(site, i.op, dtype, x, y, "y" in i ? constant(i.y) : undefined);
    }
  }
}

function integer(site: Site, op: string, dtype: DType, x: Code, y: Code, constant: number | undefined): Code {
  if (dtype === "bool") return known(booleanOperations[op], op, dtype)(x, y);
  if (isShift(op)) return shift(site, op, x, y, constant);
  if (op === "divide") return divide(site, x, y);
  if (op === "remainder") return remainder(site, x, y);
  return known(integerOperations[op], op, dtype)(x, y);
}

const floatOf = (dtype: DType): "f32" | "f64" => known(isFloat(dtype) ? dtype : undefined, "a float", dtype);

function known<T>(found: T | undefined, op: string, dtype: DType): T {
  if (found === undefined) throw new InternalError(`wasm: ${op} is not defined on ${dtype}`);
  return found;
}
