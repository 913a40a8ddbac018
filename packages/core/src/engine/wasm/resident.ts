import { StaleError } from "../../tensor/error.ts";
import { Tensor, type Storage } from "../../tensor/tensor.ts";
import { sizeOf, type TensorType, type TypedArray } from "../../tensor/type.ts";
import { byteSize } from "../../compiler/byte-size.ts";
import type { Engine } from "../engine.ts";
import type { EngineMemory } from "./memory.ts";

/** The tensors that lie in the memory of an engine. What nobody refers to any more is given back when JavaScript notices. */
export class Residents {
  readonly #engine: Engine;
  readonly #memory: EngineMemory;
  readonly #addresses = new WeakMap<Storage, number>();
  readonly #forgotten: FinalizationRegistry<number>;
  #disposed = false;

  constructor(engine: Engine, memory: EngineMemory) {
    this.#engine = engine;
    this.#memory = memory;
    this.#forgotten = new FinalizationRegistry((address) => memory.release(address));
  }

  /** Room for a tensor. */
  allocate({ dtype, shape }: TensorType): number {
    return this.#memory.allocate(sizeOf(shape) * byteSize(dtype));
  }

  /** The tensor whose numbers lie at an address that was allocated for it, and that it owns from now on. */
  tensorAt(type: TensorType, address: number): Tensor {
    const release = (): void => this.#release(storage);
    const storage: Storage = { owner: this.#engine, read: () => this.#read(type, address), release };
    this.#addresses.set(storage, address);
    this.#forgotten.register(storage, address, storage);
    return new Tensor(type, storage);
  }

  /** A copy of a tensor. */
  store(tensor: Tensor): Tensor {
    return this.tensorAt(tensor.type, this.#copy(tensor));
  }

  /** Where a tensor lies, if it lies here. */
  addressOf({ storage }: Tensor): number | undefined {
    return this.#addresses.get(storage);
  }

  /** Memory with the numbers of a tensor, which the caller owns: that of the tensor itself, if it lies here, or a copy. */
  take(tensor: Tensor): number {
    const { storage } = tensor;
    const address = this.#addresses.get(storage);
    if (address === undefined) return this.#copy(tensor);
    this.#forgotten.unregister(storage);
    this.#addresses.delete(storage);
    return address;
  }

  dispose(): void {
    this.#disposed = true;
  }

  #copy({ type, data }: Tensor): number {
    const address = this.allocate(type);
    this.#memory.array(type.dtype, address, data.length).set(data);
    return address;
  }

  #release(storage: Storage): void {
    const address = this.#addresses.get(storage);
    if (address === undefined) return;
    this.#forgotten.unregister(storage);
    this.#addresses.delete(storage);
    this.#memory.release(address);
  }

  #read({ dtype, shape }: TensorType, address: number): TypedArray {
    if (this.#disposed) throw new StaleError("wasm: the engine was disposed of.");
    return this.#memory.array(dtype, address, sizeOf(shape)).slice();
  }
}
