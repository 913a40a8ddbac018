import type { DType, TypedArray } from "../../tensor/type.ts";

/** The memory of an engine, in which tensors and the buffers of programs lie. */
export interface Memory {
  /** The dtype that holds an address. */
  readonly addresses: DType;
  /** The address of so many bytes for the caller alone, at the beginning of a line of the cache. They hold anything. */
  allocate(bytes: number): number;
  /** Give back what `allocate` gave. */
  release(address: number): void;
  /** Elements in memory. The array is of no use after the next `allocate`, which may move the memory. */
  array(dtype: DType, address: number, length: number): TypedArray;
  /** Bytes that are taken. */
  readonly used: number;
  /** Bytes that there are. */
  readonly size: number;
}
