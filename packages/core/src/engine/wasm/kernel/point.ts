import type { Body, Instruction } from "../../../ir/instruction.ts";
import type { Local } from "../encode/code.ts";
import type { FunctionBuilder } from "../encode/function.ts";

/** A counter for every dimension whose coordinate some body asks for. */
export function countersFor(f: FunctionBuilder, bodies: readonly Body[]): ReadonlyMap<number, Local> {
  const asked = new Set(
    bodies.flatMap((body) => body.flatMap((i) => (i.op === "index" ? [i.dimension] : []))),
  );
  return new Map([...asked].map((dimension) => [dimension, f.local("i32")]));
}

/** Whether an instruction gives all lanes the same when its operands do, with lanes along a dimension. */
export const isSharedAlong =
  (along: number | undefined, strides: readonly number[]) =>
  (i: Instruction): boolean => {
    switch (i.op) {
      case "read":
      case "readAt":
        return strides[i.operand] === 0;
      case "index":
        return i.dimension !== along;
      case "accumulator":
        return false;
      default:
        return true;
    }
  };
