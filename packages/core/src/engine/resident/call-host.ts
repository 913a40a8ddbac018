import { ShapeError } from "../../tensor/error.ts";
import { fromArray } from "../../tensor/tensor.ts";
import { formatType, sizeOf } from "../../tensor/type.ts";
import type { Host, Loop } from "../../ir/program.ts";
import { typeOf } from "./ports.ts";
import type { ProgramMemory } from "./program-memory.ts";

/** A call of JavaScript, and the loops around it, whose turns it is told. */
export interface HostCall {
  readonly host: Host;
  readonly loops: readonly Loop[];
}

/** Call the function on copies of what it reads in these turns, and write what it returns. */
export function callHost({ host, loops }: HostCall, at: readonly number[], memory: ProgramMemory): void {
  const turns = loops.map((loop, i) => ({ loop, turn: at[i]! }));
  const results = host.f(host.reads.map((view) => fromArray(typeOf(view), memory.read(view, turns))));
  host.writes.forEach((view, i) => {
    const type = typeOf(view);
    const length = results[i]?.length;
    if (length !== sizeOf(type.shape))
      throw new ShapeError(
        `${host.origin.text}: the function returned ${length} numbers for ${formatType(type)}.`,
      );
    memory.write(view, results[i]!, turns);
  });
}
