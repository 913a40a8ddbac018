import { UnsupportedError } from "../../../tensor/error.ts";
import type { MemoryType } from "../encode/module.ts";
import type { DType, TypedArray } from "../../../tensor/type.ts";
import type { Memory } from "../../resident/memory.ts";
import { Regions, sizeFor } from "../../resident/regions.ts";

const pageSize = 2 ** 16;
const firstPages = 16;
const mostPages = 2 ** 16;

/** Memory that several threads share; undefined where the host has none. */
export function sharedMemory(): EngineMemory | undefined {
  if (typeof SharedArrayBuffer === "undefined") return undefined;
  // It can grow so far and no farther, and hosts reserve all of it at once.
  for (let maximum = mostPages; maximum >= mostPages / 16; maximum /= 2) {
    try {
      return new EngineMemory({ pages: firstPages, maximum, shared: true });
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
    }
  }
  return undefined;
}

/** The memory of one engine, and which stretches of it are taken. */
export class EngineMemory implements Memory {
  /** What modules that import it have to say of it. */
  readonly type: MemoryType;
  readonly memory: WebAssembly.Memory;
  readonly addresses = "i32";
  readonly #regions = new Regions();
  #arrays: Arrays;

  constructor(type: MemoryType = { pages: firstPages }) {
    this.type = type;
    this.memory = memoryOf(type);
    this.#arrays = arraysOver(this.memory.buffer);
    this.#regions.add(0, firstPages * pageSize);
  }

  allocate(bytes: number): number {
    const address = this.#regions.take(bytes);
    if (address !== undefined) return address;
    this.#grow(sizeFor(bytes));
    return this.allocate(bytes);
  }

  release(address: number): void {
    this.#regions.release(address);
  }

  array(dtype: DType, address: number, length: number): TypedArray {
    if (this.#arrays.buffer !== this.memory.buffer) this.#arrays = arraysOver(this.memory.buffer);
    const whole = this.#arrays[dtype];
    const first = address / whole.BYTES_PER_ELEMENT;
    return whole.subarray(first, first + length);
  }

  get used(): number {
    return this.#regions.used;
  }

  get size(): number {
    return this.memory.buffer.byteLength;
  }

  #grow(bytes: number): void {
    const before = this.size;
    const missing = bytes - this.#regions.freeBefore(before);
    // Growing by an eighth at least makes the number of times small.
    const pages = Math.ceil(Math.max(missing, before / 8) / pageSize);
    if (!this.#tryGrow(pages) && !this.#tryGrow(Math.ceil(missing / pageSize)))
      throw new UnsupportedError(
        `wasm: ${mebibytes(bytes)} MiB are needed in one piece where ${mebibytes(this.used)} are taken of ${mebibytes(before)}, and the memory can't grow that far.`,
        "Use smaller batches or shorter sequences, or dispose of programs that are not needed any more.",
      );
    this.#regions.add(before, this.size - before);
  }

  #tryGrow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }
}

function memoryOf({ pages, ...limits }: MemoryType): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, ...limits });
  } catch (error) {
    throw new UnsupportedError(
      `wasm: the host gives no memory: ${error instanceof Error ? error.message : error}.`,
      "Dispose of engines that are not needed any more, or use one engine for everything.",
    );
  }
}

type Arrays = Readonly<Record<DType, TypedArray>> & { readonly buffer: ArrayBufferLike };

function arraysOver(buffer: ArrayBufferLike): Arrays {
  const integers = new Int32Array(buffer);
  return {
    buffer,
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    i32: integers,
    bool: integers,
  };
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
