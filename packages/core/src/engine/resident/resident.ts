import { StaleError } from "../../tensor/error.ts";
import { Tensor, type Storage } from "../../tensor/tensor.ts";
import { byteSize, sizeOf, type TensorType, type TypedArray } from "../../tensor/type.ts";
import type { Engine } from "../engine.ts";
import type { Memory } from "./memory.ts";

/** A stretch of memory that one tensor has, or a program that is about to make one of it. */
export interface Region {
  readonly address: number;
  /** The last run that overwrites it. */
  overwrittenIn?: number;
}

/** The numbers of a tensor in the memory of an engine, until they are released or their region is detached. */
class Resident implements Storage {
  readonly owner: Engine;
  readonly #residents: Residents;
  readonly #type: TensorType;
  region: Region | undefined;

  constructor(owner: Engine, residents: Residents, type: TensorType, region: Region) {
    this.owner = owner;
    this.#residents = residents;
    this.#type = type;
    this.region = region;
  }

  read(): TypedArray {
    if (!this.region)
      throw new StaleError(`${this.owner.name}: the memory of this tensor has been given to another one.`);
    return this.#residents.read(this.#type, this.region);
  }

  release(): void {
    if (this.region) this.#residents.release(this.region);
    this.region = undefined;
  }
}

/**
 * The tensors that lie in the memory of an engine. What nobody refers to any more is given back when JavaScript
 * notices.
 */
export class Residents {
  readonly #engine: Engine;
  readonly #memory: Memory;
  readonly #forgotten: FinalizationRegistry<number>;
  #disposed = false;

  constructor(engine: Engine, memory: Memory) {
    this.#engine = engine;
    this.#memory = memory;
    this.#forgotten = new FinalizationRegistry((address) => memory.release(address));
  }

  /** Room for a tensor. */
  allocate({ dtype, shape }: TensorType): Region {
    const region = { address: this.#memory.allocate(sizeOf(shape) * byteSize(dtype)) };
    this.#forgotten.register(region, region.address, region);
    return region;
  }

  release(region: Region): void {
    this.#forgotten.unregister(region);
    this.#memory.release(region.address);
  }

  /** The tensor whose numbers lie in a region. */
  tensorIn(region: Region, type: TensorType): Tensor {
    return new Tensor(type, new Resident(this.#engine, this, type, region));
  }

  /** A copy of a tensor. */
  store(tensor: Tensor): Tensor {
    return this.tensorIn(this.copy(tensor), tensor.type);
  }

  /** Where a tensor lies, if it lies here. */
  regionOf(tensor: Tensor): Region | undefined {
    return this.#find(tensor)?.region;
  }

  /** A region with the numbers of a tensor, which the caller owns. */
  copy({ type, data }: Tensor): Region {
    const region = this.allocate(type);
    this.write(region, type, data);
    return region;
  }

  write({ address }: Region, { dtype }: TensorType, data: TypedArray): void {
    this.#memory.array(dtype, address, data.length).set(data);
  }

  /** A tensor loses a region, if that is where it lies: the caller owns it. */
  detach(tensor: Tensor, region: Region): void {
    const own = this.#find(tensor);
    if (own?.region === region) own.region = undefined;
  }

  read({ dtype, shape }: TensorType, { address }: Region): TypedArray {
    if (this.#disposed) throw new StaleError(`${this.#engine.name}: the engine was disposed of.`);
    return this.#memory.array(dtype, address, sizeOf(shape)).slice();
  }

  dispose(): void {
    this.#disposed = true;
  }

  #find({ storage }: Tensor): Resident | undefined {
    return storage instanceof Resident && storage.owner === this.#engine ? storage : undefined;
  }
}
