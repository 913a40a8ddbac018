import { byteSize, type DType } from "../../../tensor/type.ts";
import type { Code } from "../encode/code.ts";
import * as i32 from "../encode/opcodes/i32.ts";
import * as i32x4 from "../encode/opcodes/i32x4.ts";
import * as v128 from "../encode/opcodes/v128.ts";
import type { Place } from "../encode/opcodes/form.ts";

/** How many elements of every operand a kernel computes at once: four, or two if there is a 64-bit one among them. */
export type Lanes = 2 | 4;

export const lanesOf = (dtypes: readonly DType[]): Lanes => (dtypes.includes("f64") ? 2 : 4);

/** Elements of one operand that a vector holds in its first lanes: `count` of them, `stride` bytes apart. */
export interface Elements {
  readonly dtype: DType;
  readonly lanes: Lanes;
  /** At most `lanes`. What is in the other lanes does not matter. */
  readonly count: number;
  readonly stride: number;
}

/** An address plus a constant, which may be negative. */
export const placeAt = (address: Code, offset: number): Place =>
  offset >= 0 ? { address, offset } : { address: i32.add(address, i32.const(offset)), offset: 0 };

/** A vector of elements. Truth values become masks: all bits of a lane are set, or none. */
export function load(elements: Elements, address: Code, offset: number): Code {
  const vector = loadRaw(elements, address, offset);
  return elements.dtype === "bool" ? i32x4.neg(vector) : vector;
}

function loadRaw({ dtype, lanes, count, stride }: Elements, address: Code, offset: number): Code {
  const size = byteSize(dtype);
  if (stride === 0 && count > 1)
    return (size === 4 ? v128.load32_splat : v128.load64_splat)(placeAt(address, offset));
  if (stride === size || count === 1) return loadNeighbours(size, count, address, offset);
  if (stride === -size && count === lanes) {
    const last = loadNeighbours(size, count, address, offset - (count - 1) * size);
    return reverse(size, lanes, last);
  }
  return loadApart(size, count, stride, address, offset);
}

/** A vector with one lane replaced, as it is in memory. */
export const loadLane = (dtype: DType, lane: number, address: Code, offset: number, vector: Code): Code =>
  (byteSize(dtype) === 4 ? v128.load32_lane : v128.load64_lane)(lane, placeAt(address, offset), vector);

function loadNeighbours(size: 4 | 8, count: number, address: Code, offset: number): Code {
  const bytes = size * count;
  const place = placeAt(address, offset);
  if (bytes === 16) return v128.load(place);
  if (bytes === 4) return v128.load32_zero(place);
  const low = v128.load64_zero(place);
  return bytes === 8 ? low : v128.load32_lane(2, placeAt(address, offset + 8), low);
}

function loadApart(size: 4 | 8, count: number, stride: number, address: Code, offset: number): Code {
  const [first, next] =
    size === 4 ? [v128.load32_zero, v128.load32_lane] : [v128.load64_zero, v128.load64_lane];
  let vector = first(placeAt(address, offset));
  for (let lane = 1; lane < count; lane++)
    vector = next(lane, placeAt(address, offset + lane * stride), vector);
  return vector;
}

function reverse(size: 4 | 8, lanes: Lanes, x: Code): Code {
  if (size === 8) return v128.shuffle32(x, x, [2, 3, 0, 1]);
  return v128.shuffle32(x, x, lanes === 4 ? [3, 2, 1, 0] : [1, 0, 2, 3]);
}

/**
 * Put a vector where elements lie. Its code is repeated, so it should be a local.
 * Masks become truth values.
 */
export function store(elements: Elements, address: Code, offset: number, x: Code): Code {
  const vector = elements.dtype === "bool" ? i32x4.neg(x) : x;
  const { dtype, count, stride } = elements;
  const size = byteSize(dtype);
  if (stride === size || count === 1) return storeNeighbours(size, count, address, offset, vector);
  const storeLane = size === 4 ? v128.store32_lane : v128.store64_lane;
  return Array.from({ length: count }, (_, lane) =>
    storeLane(lane, placeAt(address, offset + lane * stride), vector),
  );
}

function storeNeighbours(size: 4 | 8, count: number, address: Code, offset: number, x: Code): Code {
  const bytes = size * count;
  const place = placeAt(address, offset);
  if (bytes === 16) return v128.store(place, x);
  if (bytes === 4) return v128.store32_lane(0, place, x);
  const low = v128.store64_lane(0, place, x);
  return bytes === 8 ? low : [low, v128.store32_lane(2, placeAt(address, offset + 8), x)];
}
