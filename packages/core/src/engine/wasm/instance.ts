import { ShapeError } from "../../tensor/error.ts";
import { fromArray } from "../../tensor/tensor.ts";
import { formatType, sizeOf } from "../../tensor/type.ts";
import type { Program } from "../../ir/program.ts";
import type { ConstantPool } from "./memory/constants.ts";
import { compileModule } from "./compile-module.ts";
import { scratchName } from "./contract/packed.ts";
import { writeDriver, type HostCall } from "./driver.ts";
import type { Target } from "./emission.ts";
import { importedFunctions } from "./body/imported.ts";
import type { EngineMemory } from "./memory/memory.ts";
import { ModuleBuilder } from "./encode/module.ts";
import { typeOf } from "./ports.ts";
import type { ProgramMemory } from "./memory/program-memory.ts";
import type { Residents } from "./memory/resident.ts";
import type { Timing } from "./timing.ts";

/** What the programs of an engine share. */
export interface Workplace {
  readonly memory: EngineMemory;
  readonly constants: ConstantPool;
  readonly residents: Residents;
  readonly target: Target;
  /** The address of what kernels may use while they run. */
  readonly scratch: number;
}

/** What a module exports. */
export interface Instance {
  readonly run: () => void;
  /** Where times are taken; see `Timing`. */
  readonly idle?: () => void;
}

/** The module of a program, compiled and given all that it imports. Its function `run` runs the program once. */
export function instantiate(
  program: Program,
  workplace: Workplace,
  at: ProgramMemory,
  timing?: Timing,
): Instance {
  const { memory, constants, target, scratch } = workplace;
  const module = new ModuleBuilder({ pages: 1 });
  const hosts = writeDriver({ module, constants, target }, program, at.layout, timing?.writeInto(module));
  const calls = hosts.map((call) => [call.name, (...turns: number[]) => callHost(call, turns, at)]);
  const given = { memory: memory.memory, [scratchName]: scratch };
  const unroll = { ...importedFunctions(), ...Object.fromEntries(calls), ...given, ...timing?.imports };
  const { exports } = new WebAssembly.Instance(compileModule(module.encode()), { unroll });
  return exports as { run: () => void; idle?: () => void };
}

function callHost({ host, loops }: HostCall, at: readonly number[], memory: ProgramMemory): void {
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
