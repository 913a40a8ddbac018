import { ShapeError, StaleError } from "../../tensor/error.ts";
import { fromArray, type Tensor } from "../../tensor/tensor.ts";
import { formatType, sizeOf } from "../../tensor/type.ts";
import { viewShape, type View } from "../../ir/view.ts";
import type { Program } from "../../ir/program.ts";
import type { Executable } from "../engine.ts";
import type { ConstantPool } from "./constants.ts";
import { scratchName } from "./contract-packed.ts";
import { writeDriver, type HostCall } from "./driver.ts";
import type { Target } from "./emission.ts";
import { importedFunctions } from "./imported.ts";
import type { EngineMemory } from "./memory.ts";
import { ModuleBuilder } from "./module.ts";
import { isWhole, outputKinds, typeOf, type OutputKind } from "./ports.ts";
import { ProgramMemory } from "./program-memory.ts";
import type { Residents } from "./resident.ts";

/** What the programs of an engine share. */
export interface Workplace {
  readonly memory: EngineMemory;
  readonly constants: ConstantPool;
  readonly residents: Residents;
  readonly target: Target;
  /** The address of what kernels may use while they run. */
  readonly scratch: number;
}

/** A program with its module and its memory. */
export class LoadedProgram implements Executable {
  readonly #program: Program;
  readonly #workplace: Workplace;
  readonly #memory: ProgramMemory;
  readonly #run: () => void;
  readonly #kinds: readonly OutputKind[];
  /** Buffers of inputs that the program writes to. */
  readonly #overwritten: ReadonlySet<number>;
  #disposed = false;

  constructor(program: Program, workplace: Workplace) {
    this.#program = program;
    this.#workplace = workplace;
    this.#memory = new ProgramMemory(program, workplace.memory);
    this.#run = this.#compile();
    this.#kinds = outputKinds(program);
    const overwritten = program.outputs.filter((_, i) => this.#kinds[i] === "overwritten");
    this.#overwritten = new Set(overwritten.map(({ buffer }) => buffer.id));
  }

  run(inputs: readonly Tensor[], resident: number = 0): readonly Tensor[] {
    if (this.#disposed) throw new StaleError("wasm: the program was disposed of.");
    this.#bind(inputs);
    this.#program.outputs.forEach((view, i) => {
      if (this.#kinds[i] === "own" && i < resident)
        this.#memory.place(view.buffer, this.#workplace.residents.allocate(typeOf(view)));
      else if (view.buffer.role === "output") this.#memory.stage(view.buffer);
    });
    this.#memory.publish();
    this.#run();
    return this.#program.outputs.map((view, i) =>
      i < resident ? this.#resident(view, i, inputs[i]!) : fromArray(typeOf(view), this.#memory.read(view)),
    );
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#memory.dispose();
  }

  /** Let the program find its inputs: where they lie, if that is in this engine, or copies. */
  #bind(tensors: readonly Tensor[]): void {
    const { residents } = this.#workplace;
    const taken = new Set<number>();
    this.#program.inputs.forEach((view, i) => {
      if (!this.#overwritten.has(view.buffer.id)) return;
      const address = residents.take(tensors[i]!);
      taken.add(address);
      this.#memory.place(view.buffer, address);
    });
    this.#program.inputs.forEach((view, i) => {
      if (this.#overwritten.has(view.buffer.id)) return;
      const address = isWhole(view) ? residents.addressOf(tensors[i]!) : undefined;
      if (address !== undefined && !taken.has(address)) {
        this.#memory.place(view.buffer, address);
      } else {
        this.#memory.stage(view.buffer);
        this.#memory.write(view, tensors[i]!.data);
      }
    });
  }

  /** An output as a tensor that stays in memory. */
  #resident(view: View, i: number, input: Tensor): Tensor {
    const { residents } = this.#workplace;
    const kind = this.#kinds[i]!;
    if (kind === "own" || kind === "overwritten")
      return residents.tensorAt(typeOf(view), this.#memory.addressOf(view.buffer));
    if (kind === "unchanged" && residents.addressOf(input) !== undefined) return input;
    return residents.store(fromArray(typeOf(view), this.#memory.read(view)));
  }

  #compile(): () => void {
    const { memory, constants, target, scratch } = this.#workplace;
    const module = new ModuleBuilder({ pages: 1 });
    const hosts = writeDriver({ module, constants, target }, this.#program, this.#memory.layout);
    const calls = hosts.map((call) => [call.name, (...turns: number[]) => this.#callHost(call, turns)]);
    const given = { memory: memory.memory, [scratchName]: scratch };
    const unroll = { ...importedFunctions(), ...Object.fromEntries(calls), ...given };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { unroll });
    return exports.run as () => void;
  }

  #callHost({ host, loops }: HostCall, at: readonly number[]): void {
    const turns = loops.map((loop, i) => ({ loop, turn: at[i]! }));
    const results = host.f(host.reads.map((view) => fromArray(typeOf(view), this.#memory.read(view, turns))));
    host.writes.forEach((view, i) => {
      const length = results[i]?.length;
      if (length !== sizeOf(viewShape(view)))
        throw new ShapeError(
          `${host.origin.text}: the function returned ${length} numbers for ${formatType(typeOf(view))}.`,
        );
      this.#memory.write(view, results[i]!, turns);
    });
  }
}
