import { UnsupportedError } from "../../../tensor/error.ts";
import type { MemoryType } from "../encode/module.ts";
import type { DType, TypedArray } from "../../../tensor/type.ts";
import { aligned } from "../../../compiler/byte-size.ts";

const pageSize = 2 ** 16;
const firstPages = 16;
const mostPages = 2 ** 16;

/** A stretch of memory. */
interface Region {
  readonly address: number;
  readonly size: number;
}

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
export class EngineMemory {
  /** What modules that import it have to say of it. */
  readonly type: MemoryType;
  readonly memory: WebAssembly.Memory;
  /** In the order of their addresses; no two touch. */
  readonly #free: Region[] = [{ address: 0, size: firstPages * pageSize }];
  readonly #taken = new Map<number, number>();
  #arrays: Arrays;

  constructor(type: MemoryType = { pages: firstPages }) {
    this.type = type;
    this.memory = memoryOf(type);
    this.#arrays = arraysOver(this.memory.buffer);
  }

  /** The address of so many bytes for the caller alone. They hold anything. */
  allocate(bytes: number): number {
    const size = Math.max(aligned(bytes), aligned(1));
    const at = this.#free.findIndex((region) => region.size >= size);
    if (at < 0) {
      this.#grow(size);
      return this.allocate(bytes);
    }
    const { address, size: available } = this.#free[at]!;
    const rest = available === size ? [] : [{ address: address + size, size: available - size }];
    this.#free.splice(at, 1, ...rest);
    this.#taken.set(address, size);
    return address;
  }

  /** Give back what `allocate` gave. */
  release(address: number): void {
    const size = this.#taken.get(address);
    if (size === undefined) return;
    this.#taken.delete(address);
    this.#insert({ address, size });
  }

  /** Elements in memory. The array is of no use after the next `allocate`, which may move the memory. */
  array(dtype: DType, address: number, length: number): TypedArray {
    if (this.#arrays.buffer !== this.memory.buffer) this.#arrays = arraysOver(this.memory.buffer);
    const whole = this.#arrays[dtype];
    const first = address / whole.BYTES_PER_ELEMENT;
    return whole.subarray(first, first + length);
  }

  /** Bytes that are taken. */
  get used(): number {
    return [...this.#taken.values()].reduce((sum, size) => sum + size, 0);
  }

  /** Bytes that there are. */
  get size(): number {
    return this.memory.buffer.byteLength;
  }

  #grow(bytes: number): void {
    const before = this.size;
    const last = this.#free.at(-1);
    const missing = last && last.address + last.size === before ? bytes - last.size : bytes;
    // Growing by an eighth at least makes the number of times small.
    const pages = Math.ceil(Math.max(missing, before / 8) / pageSize);
    if (!this.#tryGrow(pages) && !this.#tryGrow(Math.ceil(missing / pageSize)))
      throw new UnsupportedError(
        `wasm: ${mebibytes(bytes)} MiB are needed in one piece where ${mebibytes(this.used)} are taken of ${mebibytes(before)}, and the memory can't grow that far.`,
        "Use smaller batches or shorter sequences, or dispose of programs that are not needed any more.",
      );
    this.#insert({ address: before, size: this.size - before });
  }

  #tryGrow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }

  /** Add a region to the free ones and join it with its neighbours. */
  #insert({ address, size }: Region): void {
    const found = this.#free.findIndex((region) => region.address > address);
    const next = found < 0 ? this.#free.length : found;
    const [below, above] = [this.#free[next - 1], this.#free[next]];
    const joinsBelow = below !== undefined && below.address + below.size === address;
    const joinsAbove = above !== undefined && address + size === above.address;
    const first = joinsBelow ? below.address : address;
    const end = joinsAbove ? above.address + above.size : address + size;
    this.#free.splice(next - Number(joinsBelow), Number(joinsBelow) + Number(joinsAbove), {
      address: first,
      size: end - first,
    });
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
