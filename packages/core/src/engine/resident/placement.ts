import { fromArray, type Tensor } from "../../tensor/tensor.ts";
import type { Program, Statement } from "../../ir/program.ts";
import { portsOf, type InputPort, type OutputPort } from "./ports.ts";
import type { ProgramMemory } from "./program-memory.ts";
import type { Region, Residents } from "./resident.ts";

/** Puts the inputs and outputs of a program in their places for a run, and makes tensors of what came out. */
export class Placement {
  readonly #memory: ProgramMemory;
  readonly #residents: Residents;
  readonly #inputs: readonly InputPort[];
  readonly #outputs: readonly OutputPort[];
  /** Then inputs have to be as they were afterwards, and none is overwritten where it lies. */
  readonly #mayThrow: boolean;
  /** Memory of this run: what inputs and outputs share, by the place of the input, and that of other outputs. */
  readonly #taken = new Map<number, Region>();
  readonly #own = new Map<number, Region>();

  constructor(program: Program, memory: ProgramMemory, residents: Residents) {
    this.#memory = memory;
    this.#residents = residents;
    this.#mayThrow = hasHost(program.statements);
    const { inputs, outputs } = portsOf(program);
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  /** Place inputs and outputs, run the program, and make tensors of what it wrote. */
  around(run: () => void, inputs: readonly Tensor[], resident: number): readonly Tensor[] {
    try {
      this.#placeInputs(inputs);
      this.#placeOutputs(resident, inputs);
      this.#memory.publish();
      run();
    } catch (error) {
      this.#giveBack(inputs);
      throw error;
    }
    this.#detachInputs(inputs);
    const outputs = this.#outputs.map((port, i) =>
      i < resident ? this.#resident(port, i, inputs[i]!) : this.#copy(port),
    );
    this.#taken.clear();
    this.#own.clear();
    return outputs;
  }

  /** Run it on copies of what it would overwrite, and throw the results away. */
  aside(run: () => void, inputs: readonly Tensor[]): void {
    const copies = inputs.map((x, i) => (this.#inputs[i]!.use === "taken" ? detached(x) : x));
    this.around(run, copies, 0);
  }

  /**
   * Let the program find its inputs: where they lie, if that is in this engine and they stay as they are, or copies.
   */
  #placeInputs(tensors: readonly Tensor[]): void {
    const residents = this.#residents;
    const overwritten = new Set<Region>();
    this.#inputs.forEach(({ view, use }, i) => {
      if (use !== "taken") return;
      const own = this.#mayThrow ? undefined : residents.regionOf(tensors[i]!);
      const region = own && !overwritten.has(own) ? own : residents.copy(tensors[i]!);
      overwritten.add(region);
      this.#taken.set(i, region);
      this.#memory.place(view.buffer, region.address);
    });
    this.#inputs.forEach(({ view, use }, i) => {
      if (use === "taken") return;
      const region = use === "read" ? residents.regionOf(tensors[i]!) : undefined;
      if (region && !overwritten.has(region)) {
        this.#memory.place(view.buffer, region.address);
      } else {
        this.#memory.stage(view.buffer);
        this.#memory.write(view, tensors[i]!.data);
      }
    });
  }

  /**
   * Give outputs memory of their own, if they are to stay in it, or that of which they are copied. Afterwards there is
   * nothing more to allocate, and so nothing that could fail when inputs have been overwritten.
   */
  #placeOutputs(resident: number, inputs: readonly Tensor[]): void {
    const residents = this.#residents;
    const placed = new Set<number>();
    this.#outputs.slice(0, resident).forEach(({ view, type, kind }, i) => {
      if (typeof kind === "object" || (kind === "unchanged" && residents.regionOf(inputs[i]!))) return;
      const region = residents.allocate(type);
      this.#own.set(i, region);
      if (kind !== "own") return;
      this.#memory.place(view.buffer, region.address);
      placed.add(view.buffer.id);
    });
    for (const { view } of this.#outputs) {
      if (view.buffer.role === "output" && !placed.has(view.buffer.id)) this.#memory.stage(view.buffer);
    }
  }

  /** A run came to nothing: what was taken for it is free again, and the inputs lie where they lay. */
  #giveBack(tensors: readonly Tensor[]): void {
    const residents = this.#residents;
    for (const [i, region] of this.#taken)
      if (residents.regionOf(tensors[i]!) !== region) residents.release(region);
    for (const region of this.#own.values()) residents.release(region);
    this.#memory.unstage();
    this.#taken.clear();
    this.#own.clear();
  }

  /** What has been overwritten does not belong to the tensors of before any more. */
  #detachInputs(tensors: readonly Tensor[]): void {
    for (const [i, region] of this.#taken) this.#residents.detach(tensors[i]!, region);
  }

  /** An output as a tensor that stays in memory. */
  #resident({ view, type, kind }: OutputPort, i: number, input: Tensor): Tensor {
    const residents = this.#residents;
    const region = typeof kind === "object" ? this.#taken.get(kind.takes) : this.#own.get(i);
    if (!region) return input;
    if (kind === "part" || kind === "unchanged") residents.write(region, type, this.#memory.read(view));
    return residents.tensorIn(region, type);
  }

  /** An output as a tensor of JavaScript. */
  #copy({ view, type, kind }: OutputPort): Tensor {
    const copy = fromArray(type, this.#memory.read(view));
    const region = typeof kind === "object" ? this.#taken.get(kind.takes) : undefined;
    if (region) this.#residents.release(region);
    return copy;
  }
}

/** A tensor outside of the engine, so that it is copied into it anew. */
const detached = ({ type, data }: Tensor): Tensor => fromArray(type, data);

/** Whether JavaScript is called: all else that a program does ends well. */
const hasHost = (statements: readonly Statement[]): boolean =>
  statements.some(
    (statement) => statement.kind === "host" || (statement.kind === "loop" && hasHost(statement.body)),
  );
