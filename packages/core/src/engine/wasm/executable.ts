import { StaleError } from "../../tensor/error.ts";
import { fromArray, type Tensor } from "../../tensor/tensor.ts";
import type { Program } from "../../ir/program.ts";
import type { Executable } from "../engine.ts";
import { instantiate, type Workplace } from "./instance.ts";
import { portsOf, type InputPort, type OutputPort } from "./ports.ts";
import { ProgramMemory } from "./program-memory.ts";
import type { Region } from "./resident.ts";

/** A program with its module and its memory. */
export class LoadedProgram implements Executable {
  readonly #workplace: Workplace;
  readonly #memory: ProgramMemory;
  readonly #inputs: readonly InputPort[];
  readonly #outputs: readonly OutputPort[];
  /** Memory of this run: what inputs and outputs share, by the place of the input, and that of other outputs. */
  readonly #taken = new Map<number, Region>();
  readonly #own = new Map<number, Region>();
  #run: (() => void) | undefined;

  constructor(program: Program, workplace: Workplace) {
    this.#workplace = workplace;
    this.#memory = new ProgramMemory(program, workplace.memory);
    this.#run = instantiate(program, workplace, this.#memory);
    const { inputs, outputs } = portsOf(program);
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  run(inputs: readonly Tensor[], resident: number = 0): readonly Tensor[] {
    if (!this.#run) throw new StaleError("wasm: the program was disposed of.");
    this.#placeInputs(inputs);
    this.#placeOutputs(resident);
    this.#memory.publish();
    this.#run();
    const outputs = this.#outputs.map((port, i) =>
      i < resident ? this.#resident(port, i, inputs[i]!) : this.#copy(port),
    );
    this.#taken.clear();
    this.#own.clear();
    return outputs;
  }

  dispose(): void {
    if (this.#run) this.#memory.dispose();
    this.#run = undefined;
  }

  /** Let the program find its inputs: where they lie, if that is in this engine and they stay as they are, or copies. */
  #placeInputs(tensors: readonly Tensor[]): void {
    const { residents } = this.#workplace;
    const addresses = new Set<number>();
    this.#inputs.forEach(({ view, use }, i) => {
      if (use !== "taken") return;
      const region = residents.take(tensors[i]!);
      this.#taken.set(i, region);
      this.#memory.place(view.buffer, region.address);
      addresses.add(region.address);
    });
    this.#inputs.forEach(({ view, use }, i) => {
      if (use === "taken") return;
      const address = use === "read" ? residents.regionOf(tensors[i]!)?.address : undefined;
      if (address !== undefined && !addresses.has(address)) {
        this.#memory.place(view.buffer, address);
      } else {
        this.#memory.stage(view.buffer);
        this.#memory.write(view, tensors[i]!.data);
      }
    });
  }

  #placeOutputs(resident: number): void {
    this.#outputs.forEach(({ view, type, kind }, i) => {
      if (view.buffer.role !== "output") return;
      if (kind === "own" && i < resident) {
        const region = this.#workplace.residents.allocate(type);
        this.#own.set(i, region);
        this.#memory.place(view.buffer, region.address);
      } else {
        this.#memory.stage(view.buffer);
      }
    });
  }

  /** An output as a tensor that stays in memory. */
  #resident({ view, type, kind }: OutputPort, i: number, input: Tensor): Tensor {
    const { residents } = this.#workplace;
    const region = typeof kind === "object" ? this.#taken.get(kind.takes) : this.#own.get(i);
    if (region) return residents.tensorIn(region, type);
    if (kind === "unchanged" && residents.regionOf(input)) return input;
    return residents.store(fromArray(type, this.#memory.read(view)));
  }

  /** An output as a tensor of JavaScript. */
  #copy({ view, type, kind }: OutputPort): Tensor {
    const copy = fromArray(type, this.#memory.read(view));
    const region = typeof kind === "object" ? this.#taken.get(kind.takes) : undefined;
    if (region) this.#workplace.residents.release(region);
    return copy;
  }
}
