import { DTypeError, ShapeError, StaleError } from "./error.ts";
import {
  allocate,
  formatType,
  sizeOf,
  type DType,
  type Shape,
  type TensorType,
  type TypedArray,
} from "./type.ts";

/** Nested arrays of numbers or booleans, or a typed array. */
export type Numbers = number | boolean | TypedArray | readonly Numbers[];

/** Where a tensor's elements lie. An engine gives its own, so that numbers can stay in its memory. */
export interface Storage {
  /** The elements, compact and row-major: the array itself or a copy. */
  read(): TypedArray;
  /** The engine that owns the memory; undefined when JavaScript does. */
  readonly owner?: unknown;
  /** Give the memory back: nobody will read again. */
  release?(): void;
}

/**
 * Numbers with a type: what goes into and comes out of a compiled function.
 *
 * A tensor that belongs to a `stateful` program is readable until the step that replaces it.
 */
export class Tensor {
  /** Marks leaves of trees; see `tree.ts`. */
  readonly "~leaf" = "tensor";
  readonly type: TensorType;
  #storage: Storage;
  #stale: string | undefined;

  constructor(type: TensorType, storage: Storage) {
    this.type = type;
    this.#storage = storage;
  }

  get shape(): Shape {
    return this.type.shape;
  }

  /**
   * The elements, row-major.
   *
   * Throws: StaleError when a step has replaced this tensor.
   */
  get data(): TypedArray {
    return this.storage.read();
  }

  /** Where the elements lie: for engines. */
  get storage(): Storage {
    if (this.#stale !== undefined)
      throw new StaleError(this.#stale, "Keep it with copy(...) before the step.");
    return this.#storage;
  }

  /** Make every later read throw `reason`, and give the memory back. */
  retire(reason: string): void {
    this.#stale = reason;
    this.#storage.release?.();
  }
}

/** A tensor over an array that JavaScript owns. The array is not copied. */
export const fromArray = (type: TensorType, data: TypedArray): Tensor =>
  new Tensor(type, { read: () => data });

/**
 * A tensor of the given numbers. The dtype is `bool` for booleans, that of a typed array, and `f32` otherwise.
 *
 * Shapes: that of the nesting, or `options.shape`, which must have as many elements.
 *
 * Throws: ShapeError when rows differ in length or the shape does not fit; DTypeError when a number is not
 * representable in an integer dtype.
 */
export function tensor(
  data: Numbers,
  options: { readonly dtype?: DType; readonly shape?: Shape } = {},
): Tensor {
  const nesting = shapeOf(data);
  const shape = options.shape ?? nesting;
  if (sizeOf(shape) !== sizeOf(nesting) || shape.some((size) => !Number.isInteger(size) || size < 0)) {
    throw new ShapeError(`tensor: ${sizeOf(nesting)} numbers do not fill the shape [${shape.join(", ")}].`);
  }
  const dtype = options.dtype ?? dtypeOf(data);
  const array = allocate(dtype, sizeOf(shape));
  fill(array, data, 0);
  if (dtype === "i32" || dtype === "bool") checkIntegers(dtype, data);
  return fromArray({ dtype, shape: [...shape] }, array);
}

function shapeOf(data: Numbers): Shape {
  if (typeof data === "number" || typeof data === "boolean") return [];
  if (ArrayBuffer.isView(data)) return [data.length];
  if (!Array.isArray(data))
    throw new DTypeError(`tensor: expected numbers or nested arrays of them, got ${typeof data}.`);
  const rows: readonly Numbers[] = data;
  const inner = rows.length === 0 ? [] : shapeOf(rows[0]!);
  rows.forEach((row, i) => {
    const other = shapeOf(row);
    if (other.join() !== inner.join()) {
      throw new ShapeError(
        `tensor: row 0 has the shape [${inner.join(", ")}] and row ${i} [${other.join(", ")}].`,
      );
    }
  });
  return [rows.length, ...inner];
}

function dtypeOf(data: Numbers): DType {
  if (data instanceof Float64Array) return "f64";
  if (data instanceof Int32Array) return "i32";
  if (typeof data === "boolean") return "bool";
  return Array.isArray(data) && data.length > 0 ? dtypeOf(data[0] as Numbers) : "f32";
}

function fill(into: TypedArray, data: Numbers, at: number): number {
  if (typeof data === "number" || typeof data === "boolean") {
    into[at] = Number(data);
    return at + 1;
  }
  for (let i = 0; i < data.length; i++) at = fill(into, data[i]!, at);
  return at;
}

/** Writing 0.5 or 2^31 into an Int32Array changes it silently, so the source is looked at. */
function checkIntegers(dtype: "i32" | "bool", data: Numbers): void {
  if (typeof data === "number") {
    const legal = dtype === "bool" ? data === 0 || data === 1 : data === (data | 0);
    if (!legal) throw new DTypeError(`tensor: ${data} is not representable in ${dtype}.`);
  } else if (typeof data !== "boolean") {
    for (let i = 0; i < data.length; i++) checkIntegers(dtype, data[i]!);
  }
}

/** `Tensor f32[2] [1, 2]`: for logs and failing tests. Long tensors are cut. */
export function formatTensor(x: Tensor, limit = 12): string {
  const shown = Array.from(x.data.subarray(0, limit), (n) => String(Number(n.toPrecision(6))));
  if (x.data.length > limit) shown.push("...");
  return `Tensor ${formatType(x.type)} [${shown.join(", ")}]`;
}
