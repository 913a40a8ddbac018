import { isFloat, type DType } from "../../../tensor/type.ts";
import type { Binary, Unary } from "../../../ir/instruction.ts";
import { binaryFunction, unaryFunction } from "../../reference/functions.ts";
import type { Code } from "../encode/code.ts";
import * as f32 from "../encode/opcodes/f32.ts";
import * as f32x4 from "../encode/opcodes/f32x4.ts";
import * as f64 from "../encode/opcodes/f64.ts";
import * as f64x2 from "../encode/opcodes/f64x2.ts";
import type { Site } from "./site.ts";

const unary: ReadonlySet<string> = new Set<Unary>([
  "sin",
  "cos",
  "exp",
  "expm1",
  "log",
  "log1p",
  "tanh",
  "sigmoid",
  "erf",
]);
const binary: ReadonlySet<string> = new Set<Binary>(["pow"]);

/** Whether an instruction is left to JavaScript, when it has not been expanded into others. */
export const isImported = (op: string): boolean => unary.has(op) || binary.has(op);

/** What a module that calls them imports: the functions of the reference engine. */
export const importedFunctions = (): Record<string, (...x: number[]) => number> => ({
  ...Object.fromEntries([...unary].map((op) => [op, unaryFunction(op as Unary, "f64")])),
  ...Object.fromEntries([...binary].map((op) => [op, binaryFunction(op as Binary, "f64")])),
});

/** An instruction computed by JavaScript, lane by lane, in f64. */
export function callImported(site: Site, op: string, dtype: DType, operands: readonly Code[]): Code {
  if (!isFloat(dtype)) throw new TypeError(`${op} of ${dtype}`);
  const parameters = operands.map(() => "f64" as const);
  const callee = site.emission.module.import(op, parameters, ["f64"]);
  const { extract_lane, replace_lane } = dtype === "f32" ? f32x4 : f64x2;
  const wide = (x: Code): Code => (dtype === "f32" ? f64.promote(x) : x);
  const narrow = (x: Code): Code => (dtype === "f32" ? f32.demote(x) : x);
  let result = operands[0]!;
  for (let lane = 0; lane < site.count; lane++) {
    const element = [operands.map((x) => wide(extract_lane(lane, x))), callee];
    result = replace_lane(lane, result, narrow(element));
  }
  return result;
}
