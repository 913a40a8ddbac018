import { InternalError } from "../../../tensor/error.ts";
import { isFloat, type DType } from "../../../tensor/type.ts";
import { identityOf } from "../../../ir/emit.ts";
import type { Combine } from "../../../ir/kernel.ts";
import type { Code, Local } from "../encode/code.ts";
import { floatOperations, type Operation } from "../body/float.ts";
import type { Frame } from "./frame.ts";
import { booleanOperations, integerOperations } from "../body/integer.ts";
import * as f32x4 from "../encode/opcodes/f32x4.ts";
import * as f64x2 from "../encode/opcodes/f64x2.ts";
import * as i32x4 from "../encode/opcodes/i32x4.ts";
import * as v128 from "../encode/opcodes/v128.ts";
import { narrowMask, splat } from "../body/site.ts";

/** Running results, one in every lane. */
export interface Accumulator {
  readonly dtype: DType;
  /** The result so far. */
  readonly value: Local;
  start(): void;
  /** Take a vector, of which `count` lanes matter; `position` is where its elements stand among all. */
  take(x: Code, count: number, position: Code): void;
  /** Take all that another one has taken, later elements. */
  join(other: Accumulator): void;
  /** Make one result of those of all lanes: it is in the first lane. */
  fold(): void;
  free(): void;
}

const isPosition = (combine: Combine): combine is "argmin" | "argmax" =>
  combine === "argmin" || combine === "argmax";

/** An accumulator of values of a dtype. */
export const accumulatorOf = (frame: Frame, combine: Combine, of: DType): Accumulator =>
  isPosition(combine) ? new BestPosition(frame, combine, of) : new Total(frame, combine, of);

export const accumulatorDType = (combine: Combine, of: DType): DType => (isPosition(combine) ? "i32" : of);

type Join = Exclude<Combine, "argmin" | "argmax">;

const names: Readonly<Record<Join, string>> = {
  sum: "add",
  product: "multiply",
  min: "min",
  max: "max",
  and: "and",
  or: "or",
};

function operationOf(combine: Join, dtype: DType): Operation {
  const table = isFloat(dtype)
    ? floatOperations[dtype]
    : dtype === "i32"
      ? integerOperations
      : booleanOperations;
  const operation = table[names[combine]];
  if (!operation) throw new InternalError(`wasm: ${combine} is not defined on ${dtype}`);
  return operation;
}

/** x in its first lanes and a fill in the others. */
function masked({ emission, lanes }: Frame, dtype: DType, x: Code, count: number, fill: Code): Code {
  if (count === lanes) return x;
  const width = dtype === "f64" ? 2 : 1;
  const lane = (i: number): number => (i < count * width ? -1 : 0);
  return v128.bitselect(x, fill, emission.constants.i32([lane(0), lane(1), lane(2), lane(3)]));
}

/** The lanes of a dtype moved by `by`, around the end. */
function rotated({ lanes }: Frame, dtype: DType, x: Code, by: number): Code {
  if (dtype === "f64") return v128.shuffle32(x, x, [2, 3, 0, 1]);
  return v128.shuffle32(
    x,
    x,
    [0, 1, 2, 3].map((lane) => (lane < lanes ? (lane + by) % lanes : lane)),
  );
}

/** By how much lanes are moved until every one has met every other. */
const distances = ({ lanes }: Frame): number[] => (lanes === 4 ? [2, 1] : [1]);

class Total implements Accumulator {
  readonly dtype: DType;
  readonly value: Local;
  readonly #frame: Frame;
  readonly #identity: Code;
  readonly #operation: Operation;

  constructor(frame: Frame, combine: Join, dtype: DType) {
    this.dtype = dtype;
    this.value = frame.f.local("v128");
    this.#frame = frame;
    this.#identity = splat(frame.emission, dtype, identityOf(combine, dtype));
    this.#operation = operationOf(combine, dtype);
  }

  start(): void {
    this.#frame.f.set(this.value, this.#identity);
  }

  take(x: Code, count: number): void {
    this.#add(masked(this.#frame, this.dtype, x, count, this.#identity));
  }

  join(other: Accumulator): void {
    this.#add(other.value);
  }

  fold(): void {
    for (const by of distances(this.#frame)) this.#add(rotated(this.#frame, this.dtype, this.value, by));
  }

  free(): void {
    this.#frame.f.free(this.value);
  }

  #add(x: Code): void {
    this.#frame.f.set(this.value, this.#operation(this.value, x));
  }
}

/** The position of the first value that no other one beats. NaN beats numbers, and nothing beats NaN. */
class BestPosition implements Accumulator {
  readonly dtype = "i32";
  readonly value: Local;
  readonly #frame: Frame;
  readonly #of: DType;
  readonly #combine: "argmin" | "argmax";
  readonly #best: Local;

  constructor(frame: Frame, combine: "argmin" | "argmax", of: DType) {
    this.#frame = frame;
    this.#combine = combine;
    this.#of = of;
    this.value = frame.f.local("v128");
    this.#best = frame.f.local("v128");
  }

  start(): void {
    // Nothing beats this one without being better: if all elements are like it, the first one is the answer.
    this.#frame.f.set(this.#best, this.#worst());
    this.#frame.f.set(this.value, splat(this.#frame.emission, "i32", 0));
  }

  take(x: Code, count: number, position: Code): void {
    const { f } = this.#frame;
    const candidate = f.let("v128", masked(this.#frame, this.#of, x, count, this.#worst()));
    this.#choose(candidate, position, this.#beats(candidate, this.#best));
    f.free(candidate);
  }

  join(): void {
    throw new InternalError("wasm: positions are found by one accumulator");
  }

  fold(): void {
    const { f } = this.#frame;
    for (const by of distances(this.#frame)) {
      const other = f.let("v128", rotated(this.#frame, this.#of, this.#best, by));
      const position = f.let("v128", rotated(this.#frame, "i32", this.value, by));
      const isEarlier = v128.andnot(i32x4.lt_s(position, this.value), this.#beats(this.#best, other));
      this.#choose(other, position, v128.or(this.#beats(other, this.#best), isEarlier));
      f.free(other, position);
    }
  }

  free(): void {
    this.#frame.f.free(this.value, this.#best);
  }

  #worst(): Code {
    return splat(
      this.#frame.emission,
      this.#of,
      identityOf(this.#combine === "argmin" ? "min" : "max", this.#of),
    );
  }

  #choose(candidate: Code, position: Code, mask: Code): void {
    const { f } = this.#frame;
    const taken = f.let("v128", mask);
    f.set(this.value, v128.bitselect(position, this.value, taken));
    const wide = this.#of === "f64" ? v128.shuffle32(taken, taken, [0, 0, 1, 1]) : taken;
    f.set(this.#best, v128.bitselect(candidate, this.#best, wide));
    f.free(taken);
  }

  #beats(x: Code, y: Code): Code {
    const [a, b] = this.#combine === "argmin" ? [x, y] : [y, x];
    if (!isFloat(this.#of)) return i32x4.lt_s(a, b);
    const of = this.#of === "f32" ? f32x4 : f64x2;
    const isFirstNaN = v128.andnot(of.ne(x, x), of.ne(y, y));
    const mask = v128.or(of.lt(a, b), isFirstNaN);
    return this.#of === "f64" ? narrowMask(mask) : mask;
  }
}
