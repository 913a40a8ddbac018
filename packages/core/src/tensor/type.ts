/** What a tensor's elements are. `bool` is stored as `i32` holding 0 or 1. */
export type DType = "f32" | "f64" | "i32" | "bool";

/** Sizes, outermost axis first. `[]` is a scalar. */
export type Shape = readonly number[];

/** Element type and shape: everything that is known before a number is. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** The arrays that hold elements: one per dtype, `bool` sharing that of `i32`. */
export type TypedArray =
  | Float32Array<ArrayBufferLike>
  | Float64Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>;

const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, bool: Int32Array } as const;

/** A new array of `length` zeros of `dtype`. */
export const allocate = (dtype: DType, length: number): TypedArray => new arrays[dtype](length);

/** Bytes of one element. */
export const byteSize = (dtype: DType): 4 | 8 => (dtype === "f64" ? 8 : 4);

/** Number of elements of a shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** Whether a dtype has derivatives: only floating-point values carry cotangents. */
export const isFloat = (dtype: DType): dtype is "f32" | "f64" => dtype === "f32" || dtype === "f64";

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

export const sameType = (a: TensorType, b: TensorType): boolean =>
  a.dtype === b.dtype && sameShape(a.shape, b.shape);

/** `f32[50, 128]`, as it stands in every message. */
export const formatType = ({ dtype, shape }: TensorType): string => `${dtype}[${shape.join(", ")}]`;

/** Distance between neighbours along each axis of a compact, row-major array. */
export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}
