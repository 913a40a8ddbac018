import { InternalError, UnsupportedError, type DType, type TypedArray } from "@unroll/core";
import { alignment, Regions, sizeFor, type Memory } from "@unroll/core/engine";
import { addressOf } from "./toolchain/foreign.ts";

/** Bytes that are asked of JavaScript at once, when less is needed. */
const leastChunk = 2 ** 22;

/** An array of JavaScript's, at an address that it keeps. */
interface Chunk {
  readonly address: number;
  readonly end: number;
  readonly arrays: Readonly<Record<DType, TypedArray>>;
}

/**
 * The memory of one engine: arrays of JavaScript's, so that reading and writing tensors is what arrays do, and all of
 * it is given back when nobody has the engine any more. Their addresses do not change.
 */
export class NativeMemory implements Memory {
  readonly addresses = "f64";
  readonly #regions = new Regions();
  readonly #chunks: Chunk[] = [];
  readonly #least: number;
  #last: Chunk | undefined;
  #size = 0;

  /** With `apart`, every allocation has an array of its own, so that tools which watch the ends of arrays see all. */
  constructor(options: { readonly apart?: boolean } = {}) {
    this.#least = options.apart ? 0 : leastChunk;
  }

  allocate(bytes: number): number {
    const address = this.#regions.take(bytes);
    if (address !== undefined) return address;
    this.#grow(sizeFor(bytes));
    return this.#regions.take(bytes)!;
  }

  release(address: number): void {
    this.#regions.release(address);
  }

  array(dtype: DType, address: number, length: number): TypedArray {
    const chunk = this.#chunkAt(address);
    const whole = chunk.arrays[dtype];
    const first = (address - chunk.address) / whole.BYTES_PER_ELEMENT;
    return whole.subarray(first, first + length);
  }

  get used(): number {
    return this.#regions.used;
  }

  get size(): number {
    return this.#size;
  }

  #chunkAt(address: number): Chunk {
    const isIn = ({ address: first, end }: Chunk): boolean => address >= first && address < end;
    if (!this.#last || !isIn(this.#last)) this.#last = this.#chunks.find(isIn);
    if (!this.#last) throw new InternalError(`native: there is no memory at ${address}`);
    return this.#last;
  }

  #grow(bytes: number): void {
    // Growing by an eighth at least makes the number of times small.
    const size = sizeFor(Math.max(bytes, Math.min(this.#least, bytes * 16), this.#least && this.#size / 8));
    const buffer = bufferOf(size + alignment) ?? bufferOf(bytes + alignment);
    if (!buffer)
      throw new UnsupportedError(
        `native: ${(bytes / 2 ** 20).toFixed(1)} MiB are needed in one piece, and the host does not give them.`,
        "Use smaller batches or shorter sequences, or dispose of programs that are not needed any more.",
      );
    const start = addressOf(buffer);
    const skipped = (alignment - (start % alignment)) % alignment;
    const given = buffer.byteLength - alignment;
    const integers = new Int32Array(buffer, skipped, given / 4);
    const arrays = {
      f32: new Float32Array(buffer, skipped, given / 4),
      f64: new Float64Array(buffer, skipped, given / 8),
      i32: integers,
      bool: integers,
    };
    const address = start + skipped;
    this.#chunks.push({ address, end: address + given, arrays });
    this.#size += given;
    this.#regions.add(address, given);
  }
}

function bufferOf(bytes: number): ArrayBuffer | undefined {
  try {
    return new ArrayBuffer(bytes);
  } catch {
    return undefined;
  }
}
