import { expandKernel, type Layout, type Program } from "@unroll/core/engine";
import { printDrivers, type Drivers, type Request } from "./driver.ts";
import { Functions } from "./functions.ts";
import { prelude } from "./prelude.ts";
import type { Target } from "./target.ts";
import { Text } from "./text.ts";
import { vectorPrelude, type Factor } from "./vectors.ts";

/** A program as C. */
export interface Source extends Drivers {
  readonly text: string;
}

/** Print a program. */
export function printProgram(program: Program, layout: Layout, target: Target, request: Request): Source {
  // Functions that are named are written in simple instructions, if that has not been done.
  const expanded = { ...program, kernels: program.kernels.map(expandKernel) };
  const functions = new Functions(target);
  const text = new Text();
  const drivers = printDrivers(text, functions, expanded, layout, request);
  const factors = new Set(
    program.kernels.flatMap(({ form, dtypes }) => (form === "contract" ? [dtypes[0] as Factor] : [])),
  );
  const parts = [prelude(target), vectorPrelude(target, [...factors]), functions, text];
  return { ...drivers, text: parts.map(String).join("\n") };
}
