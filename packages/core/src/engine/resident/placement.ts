import { fromArray, type Tensor } from "../../tensor/tensor.ts";
import type { Program, Statement } from "../../ir/program.ts";
import type { Buffer } from "../../ir/view.ts";
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
  /** The places of inputs that are overwritten, and of the others. */
  readonly #overwritten: readonly number[];
  readonly #read: readonly number[];
  /** Buffers of outputs, each with the place of the output that is all of it; -1 if none is. */
  readonly #written: readonly (readonly [Buffer, number])[];
  #run = 0;
  /** Memory of this run: what inputs and outputs share, by the place of the input, and that of other outputs. */
  readonly #taken: (Region | undefined)[] = [];
  readonly #own: (Region | undefined)[] = [];

  constructor(program: Program, memory: ProgramMemory, residents: Residents) {
    this.#memory = memory;
    this.#residents = residents;
    this.#mayThrow = hasHost(program.statements);
    const { inputs, outputs } = portsOf(program);
    this.#inputs = inputs;
    this.#outputs = outputs;
    const places = [...inputs.keys()];
    this.#overwritten = places.filter((i) => inputs[i]!.use === "taken");
    this.#read = places.filter((i) => inputs[i]!.use !== "taken");
    const buffers = new Set(outputs.map(({ view }) => view.buffer).filter(({ role }) => role === "output"));
    this.#written = [...buffers].map((buffer) => [
      buffer,
      outputs.findIndex(({ view, kind }) => view.buffer === buffer && kind === "own"),
    ]);
  }

  /** Place inputs and outputs, run the program, and make tensors of what it wrote. */
  around(
    run: () => void,
    inputs: readonly Tensor[],
    resident = 0,
    seen?: readonly boolean[],
  ): readonly Tensor[] {
    try {
      this.#placeInputs(inputs);
      this.#placeOutputs(resident, inputs);
      this.#memory.publish();
      run();
    } catch (error) {
      this.#giveBack(inputs);
      throw error;
    }
    const outputs = this.#outputs.map((port, i) =>
      i < resident ? this.#resident(port, i, inputs[i]!, seen?.[i] ?? true) : this.#copy(port),
    );
    this.#detachInputs(inputs, outputs);
    this.#forget();
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
    this.#run = nextRun++;
    for (const i of this.#overwritten) {
      const own = this.#mayThrow ? undefined : this.#untouched(tensors[i]!);
      const region = own ?? this.#residents.copy(tensors[i]!);
      region.overwrittenIn = this.#run;
      this.#taken[i] = region;
      this.#memory.place(this.#inputs[i]!.view.buffer, region.address);
    }
    for (const i of this.#read) {
      const { view, use } = this.#inputs[i]!;
      const region = use === "read" ? this.#untouched(tensors[i]!) : undefined;
      if (region) {
        this.#memory.place(view.buffer, region.address);
      } else {
        this.#memory.stage(view.buffer);
        this.#memory.write(view, tensors[i]!.data);
      }
    }
  }

  /**
   * Give outputs memory of their own, if they are to stay in it, or that of which they are copied. Afterwards there is
   * nothing more to allocate, and so nothing that could fail when inputs have been overwritten.
   */
  #placeOutputs(resident: number, inputs: readonly Tensor[]): void {
    const residents = this.#residents;
    for (let i = 0; i < resident; i++) {
      const { type, kind } = this.#outputs[i]!;
      const isThere = typeof kind === "object" || (kind === "unchanged" && this.#untouched(inputs[i]!));
      if (!isThere) this.#own[i] = residents.allocate(type);
    }
    for (const [buffer, owner] of this.#written) {
      const region = this.#own[owner];
      if (region) this.#memory.place(buffer, region.address);
      else this.#memory.stage(buffer);
    }
  }

  /** Where a tensor lies, if it does so in this engine and stays as it is. */
  #untouched(tensor: Tensor): Region | undefined {
    const region = this.#residents.regionOf(tensor);
    return region?.overwrittenIn === this.#run ? undefined : region;
  }

  /** A run came to nothing: what was taken for it is free again, and the inputs lie where they lay. */
  #giveBack(tensors: readonly Tensor[]): void {
    const residents = this.#residents;
    for (const i of this.#overwritten) {
      const region = this.#taken[i];
      if (region && residents.regionOf(tensors[i]!) !== region) residents.release(region);
    }
    for (const region of this.#own) if (region) residents.release(region);
    this.#memory.unstage();
    this.#forget();
  }

  #forget(): void {
    this.#taken.length = 0;
    this.#own.length = 0;
  }

  /** What has been overwritten does not belong to the tensors of before any more. */
  #detachInputs(tensors: readonly Tensor[], outputs: readonly Tensor[]): void {
    for (const i of this.#overwritten)
      if (outputs[i] !== tensors[i]) this.#residents.detach(tensors[i]!, this.#taken[i]!);
  }

  /** An output as a tensor that stays in memory: that of before, if nobody can tell. */
  #resident({ view, type, kind }: OutputPort, i: number, input: Tensor, isSeen: boolean): Tensor {
    const residents = this.#residents;
    const taken = typeof kind === "object" ? kind.takes : undefined;
    const region = taken === undefined ? this.#own[i] : this.#taken[taken];
    if (!region || (taken === i && !isSeen && residents.regionOf(input) === region)) return input;
    if (kind === "part" || kind === "unchanged") residents.write(region, type, this.#memory.read(view));
    return residents.tensorIn(region, type);
  }

  /** An output as a tensor of JavaScript. */
  #copy({ view, type, kind }: OutputPort): Tensor {
    const copy = fromArray(type, this.#memory.read(view));
    const region = typeof kind === "object" ? this.#taken[kind.takes] : undefined;
    if (region) this.#residents.release(region);
    return copy;
  }
}

/** Runs are told apart by a number. */
let nextRun = 1;

/** A tensor outside of the engine, so that it is copied into it anew. */
const detached = ({ type, data }: Tensor): Tensor => fromArray(type, data);

/** Whether JavaScript is called: all else that a program does ends well. */
const hasHost = (statements: readonly Statement[]): boolean =>
  statements.some(
    (statement) => statement.kind === "host" || (statement.kind === "loop" && hasHost(statement.body)),
  );
