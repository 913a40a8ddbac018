import { InternalError } from "../../tensor/error.ts";
import { byteSize, sizeOf, type TypedArray } from "../../tensor/type.ts";
import { aligned } from "../../compiler/alignment.ts";
import { bytesOf, planMemory } from "../../compiler/plan-memory.ts";
import type { Program } from "../../ir/program.ts";
import { viewShape, type Buffer, type View } from "../../ir/view.ts";
import { readView, writeView, type Turn } from "../reference/memory.ts";
import type { Memory } from "./memory.ts";
import { isWhole } from "./ports.ts";

/** Where the buffers of a program lie. */
export interface Layout {
  /** The address of a buffer; undefined when a run is told. */
  addressOf(buffer: number): number | undefined;
  /** Where its own buffers begin. */
  readonly own: number;
  /** Of those that a run is told, the addresses stand here, at the place that the buffer has in `external`. */
  readonly table: number;
  readonly external: readonly number[];
}

/** Where the buffers of one program lie: its own by a plan, for ever; inputs and outputs anew in every run. */
export class ProgramMemory {
  readonly layout: Layout;
  readonly #program: Program;
  readonly #memory: Memory;
  /** Bytes of its own buffers. */
  readonly #size: number;
  readonly #own: number;
  readonly #tableSize: number;
  /** Of every buffer, in this run. */
  readonly #addresses: number[];
  /** Whether the module knows of them. */
  #isPublished = false;
  /** Copies of inputs and outputs that JavaScript has. */
  readonly #staging = new Map<number, number>();

  /** With so many `words`, of the size of addresses, behind the table. */
  constructor(program: Program, memory: Memory, words: number = 0) {
    const { addresses, size } = planMemory(program);
    this.#program = program;
    this.#memory = memory;
    this.#size = size;
    const external = addresses.flatMap((address, id) => (address === undefined ? [id] : []));
    // All at once, so that nothing is left behind when there is not enough.
    this.#tableSize = byteSize(memory.addresses) * (external.length + words);
    this.#own = memory.allocate(size + this.#tableSize);
    this.#addresses = addresses.map((address) => this.#own + (address ?? 0));
    this.layout = {
      addressOf: (id) => (addresses[id] === undefined ? undefined : this.#addresses[id]),
      own: this.#own,
      table: this.#own + size,
      external,
    };
    for (const buffer of program.buffers) if (buffer.data) this.#array(buffer).set(buffer.data);
  }

  /** Let an input or output be somewhere in this run. */
  place({ id }: Buffer, address: number): void {
    if (this.#addresses[id] === address) return;
    this.#addresses[id] = address;
    this.#isPublished = false;
  }

  /** Let an input or output be where a copy of it is kept from run to run. */
  stage(buffer: Buffer): void {
    const { id, dtype, size } = buffer;
    let address = this.#staging.get(id);
    if (address === undefined) {
      address = this.#memory.allocate(size * byteSize(dtype));
      this.#staging.set(id, address);
    }
    this.place(buffer, address);
  }

  addressOf({ id }: Buffer): number {
    return this.#addresses[id]!;
  }

  /** Tell the module where inputs and outputs are. */
  publish(): void {
    if (this.#isPublished) return;
    this.#isPublished = true;
    const { table, external } = this.layout;
    const entries = this.#memory.array(this.#memory.addresses, table, external.length);
    external.forEach((id, place) => (entries[place] = this.#addresses[id]!));
  }

  /** A compact copy of what a view shows. */
  read(view: View, turns: readonly Turn[] = []): TypedArray {
    if (isWhole(view)) return this.#array(view.buffer).slice();
    return readView(view, this.#only(view.buffer), turns);
  }

  write(view: View, data: TypedArray, turns: readonly Turn[] = []): void {
    const size = sizeOf(viewShape(view));
    if (data.length !== size)
      throw new InternalError(`${view.buffer.name} has ${size} elements, but is given ${data.length}`);
    if (isWhole(view)) this.#array(view.buffer).set(data);
    else writeView(view, this.#only(view.buffer), turns, data);
  }

  /** Bytes of its own buffers by the plan, and of what lies beside them. */
  footprint(): { readonly own: number; readonly copies: number } {
    const staged = [...this.#staging.keys()].map((id) => this.#program.buffers[id]!);
    const copies = staged.reduce((sum, buffer) => sum + bytesOf(buffer), aligned(this.#tableSize));
    return { own: this.#size, copies };
  }

  /** Give the copies of inputs and outputs back. The next run makes new ones. */
  unstage(): void {
    for (const address of this.#staging.values()) this.#memory.release(address);
    this.#staging.clear();
  }

  dispose(): void {
    this.unstage();
    this.#memory.release(this.#own);
  }

  #array({ id, dtype, size }: Buffer): TypedArray {
    return this.#memory.array(dtype, this.#addresses[id]!, size);
  }

  /** The arrays of a program by id, of which one is there. */
  #only(buffer: Buffer): TypedArray[] {
    const arrays: TypedArray[] = [];
    arrays[buffer.id] = this.#array(buffer);
    return arrays;
  }
}
