import { byteSize, type DType } from "../../../tensor/type.ts";
import type { ReadAt, Row, Surroundings } from "../body/body.ts";
import type { Code, Local } from "../encode/code.ts";
import type { Emission } from "../emission.ts";
import type { FunctionBuilder } from "../encode/function.ts";
import { load, loadLane, store, type Elements, type Lanes } from "./lanes.ts";
import type { Turn } from "./nest.ts";
import * as i32 from "../encode/opcodes/i32.ts";
import * as i32x4 from "../encode/opcodes/i32x4.ts";
import * as v128 from "../encode/opcodes/v128.ts";
import { maskFor } from "../body/site.ts";

/** The dimension whose elements lie in the lanes of a vector. */
export interface LaneDimension {
  readonly dimension: number | undefined;
  /** Of every operand, in bytes. */
  readonly strides: readonly number[];
}

/** The operands of a kernel at the current point, one vector of elements each. */
export class Operands {
  readonly #f: FunctionBuilder;
  readonly #emission: Emission;
  readonly #dtypes: readonly DType[];
  readonly #lanes: Lanes;
  readonly #addresses: readonly Local[];
  readonly #along: LaneDimension;
  readonly #counters: ReadonlyMap<number, Local>;

  constructor(
    {
      f,
      emission,
      dtypes,
      lanes,
    }: { f: FunctionBuilder; emission: Emission; dtypes: readonly DType[]; lanes: Lanes },
    addresses: readonly Local[],
    along: LaneDimension,
    counters: ReadonlyMap<number, Local>,
  ) {
    this.#f = f;
    this.#emission = emission;
    this.#dtypes = dtypes;
    this.#lanes = lanes;
    this.#addresses = addresses;
    this.#along = along;
    this.#counters = counters;
  }

  /** What all lanes have: operands that stand still along them. */
  get shared(): Surroundings {
    return this.#around((address) => address, 0, this.#lanes);
  }

  /** One of the vectors of a turn, and the accumulators that it has. */
  vector(turn: Turn, vector: number, accumulators: readonly Code[] = []): Surroundings {
    const around = this.#around((address, stride) => turn.at(address, stride), vector, turn.count);
    return { ...around, accumulator: (which) => accumulators[which]! };
  }

  store(operand: number, turn: Turn, vector: number, value: Code): void {
    const address = turn.at(this.#addresses[operand]!, this.#along.strides[operand]!);
    this.#f.do(store(this.#elements(operand, turn.count), address, this.#offset(operand, vector), value));
  }

  /** The place of a `readAt` by an index that all lanes share, and a mask of whether it is inside of its axis. */
  locate(i: ReadAt, index: Code): { readonly address: Local; readonly inside: Local } {
    const at = this.#f.let("i32", i32x4.extract_lane(0, index));
    const isInside = this.#f.let("i32", i32.lt_u(at, i32.const(i.size)));
    const step = i32.const(i.stride * byteSize(this.#dtypes[i.operand]!));
    const row = i32.select(at, i32.const(0), isInside);
    const address = this.#f.let("i32", i32.add(this.#addresses[i.operand]!, i32.mul(row, step)));
    const inside = this.#f.let("v128", i32x4.splat(i32.sub(i32.const(0), isInside)));
    this.#f.free(at, isInside);
    return { address, inside };
  }

  #around(at: Turn["at"], vector: number, count: number): Surroundings {
    return {
      read: (operand) =>
        this.#read(operand, at(this.#addresses[operand]!, this.#along.strides[operand]!), vector, count),
      readAt: (i, row) => this.#readAt(i, row, at, vector, count),
      index: (dimension) => this.#index(dimension, vector),
      accumulator: () => [],
    };
  }

  #read(operand: number, address: Code, vector: number, count: number): Code {
    return load(this.#elements(operand, count), address, this.#offset(operand, vector));
  }

  #elements(operand: number, count: number): Elements {
    return {
      dtype: this.#dtypes[operand]!,
      lanes: this.#lanes,
      count,
      stride: this.#along.strides[operand]!,
    };
  }

  #offset(operand: number, vector: number): number {
    return vector * this.#lanes * this.#along.strides[operand]!;
  }

  #index(dimension: number, vector: number): Code {
    const counter = i32x4.splat(this.#counters.get(dimension)!);
    if (dimension !== this.#along.dimension) return counter;
    const first = vector * this.#lanes;
    return i32x4.add(counter, this.#emission.constants.i32([first, first + 1, first + 2, first + 3]));
  }

  #readAt(i: ReadAt, row: Row, at: Turn["at"], vector: number, count: number): Code {
    const stride = this.#along.strides[i.operand]!;
    if (row.kind === "lanes")
      return this.#readLanes(i, row, at(this.#addresses[i.operand]!, stride), vector, count);
    const elements = this.#read(i.operand, at(row.address, stride), vector, count);
    return v128.and(elements, maskFor(this.#dtypes[i.operand]!, row.inside));
  }

  /** Element by element, each by its own index; outside of the axis the first one is read and then put out. */
  #readLanes(
    i: ReadAt,
    { index, site }: Extract<Row, { kind: "lanes" }>,
    address: Code,
    vector: number,
    count: number,
  ): Code {
    const dtype = this.#dtypes[i.operand]!;
    const size = byteSize(dtype);
    const { constants } = this.#emission;
    const inside = site.temporary(i32x4.lt_u(index, constants.i32(i.size)));
    const rows = site.temporary(i32x4.mul(v128.and(index, inside), constants.i32(i.stride * size)));
    let elements: Code = v128.const(new Uint8Array(16));
    for (let lane = 0; lane < count; lane++) {
      const row = i32.add(address, i32x4.extract_lane(lane, rows));
      const offset = this.#offset(i.operand, vector) + lane * this.#along.strides[i.operand]!;
      elements = loadLane(dtype, lane, row, offset, elements);
    }
    const values = dtype === "bool" ? i32x4.neg(elements) : elements;
    return v128.and(values, maskFor(dtype, inside));
  }
}
