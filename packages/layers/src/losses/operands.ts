import {
  DTypeError,
  formatType,
  isValue,
  ShapeError,
  UnrollError,
  type DType,
  type Shape,
  type TensorType,
  type Value,
} from "@unroll/core";

/** `params.rnn.wx f32[64, 512]`: a value in a message. */
export const describe = (x: Value): string =>
  x.label === undefined ? formatType(x.type) : `${x.label} ${formatType(x.type)}`;

/** Refuse what is no value. Throws: DTypeError. */
export function expectValue(loss: string, what: string, x: unknown): void {
  if (isValue(x)) return;
  throw new DTypeError(
    `${loss}: the ${what} are no Value.`,
    "Pass them as an argument of the compiled function, or lift a tensor with constant(tensor).",
  );
}

/** Refuse what is no value of floats. Throws: DTypeError. */
export function expectFloats(loss: string, what: string, x: Value): void {
  expectValue(loss, what, x);
  if (x.type.dtype === "f32" || x.type.dtype === "f64") return;
  throw new DTypeError(
    `${loss}: the ${what} ${describe(x)} are no floats.`,
    `Convert them first: cast(${x.label ?? "x"}, "f32").`,
  );
}

/** Refuse floats of another rank. Throws: DTypeError, ShapeError that names the axes. */
export function expectAxes(loss: string, what: string, x: Value, axes: readonly string[]): void {
  expectFloats(loss, what, x);
  if (x.shape.length === axes.length) return;
  throw new ShapeError(
    `${loss}: the ${what} ${describe(x)} have rank ${x.shape.length}, not ${axes.length}.`,
    `They are [${axes.join(", ")}].`,
  );
}

/** Refuse a value without a last axis, or with another size there. Throws: DTypeError, ShapeError. */
export function expectRows(loss: string, what: string, x: Value, size?: number): void {
  expectFloats(loss, what, x);
  const last = x.shape.at(-1);
  if (last !== undefined && (size === undefined || size === last)) return;
  throw new ShapeError(
    `${loss}: the ${what} ${describe(x)} ${last === undefined ? "have no last axis" : `end in an axis of ${last}`}.`,
    `They are [..., ${size ?? "n"}].`,
  );
}

/**
 * Refuse an operand of another type than its neighbour asks for: losses do not broadcast, because [B] beside
 * [B, 1] would silently become [B, B].
 *
 * Throws: DTypeError, ShapeError with both types.
 */
export function expectBeside(
  loss: string,
  x: Value,
  what: string,
  other: Value,
  wanted: { readonly dtype?: DType; readonly shape?: Shape } = {},
): void {
  expectValue(loss, what, other);
  const type: TensorType = { dtype: wanted.dtype ?? x.type.dtype, shape: wanted.shape ?? x.shape };
  if (formatType(type) === formatType(other.type)) return;
  const message = `${loss}: ${describe(x)} and ${describe(other)}: the ${what} are ${formatType(type)}.`;
  const name = other.label ?? "x";
  if (other.type.dtype !== type.dtype) {
    throw new DTypeError(message, `Convert them first: cast(${name}, "${type.dtype}").`);
  }
  const countOf = (shape: Shape): number => shape.reduce((count, size) => count * size, 1);
  throw new ShapeError(
    message,
    countOf(other.shape) === countOf(type.shape)
      ? `If they only lie otherwise: reshape(${name}, [${type.shape.join(", ")}]).`
      : "Losses do not broadcast: say broadcastTo where that is meant.",
  );
}

/** Refuse a number below a limit, or none. Throws: UnrollError. */
export function expectAtLeast(loss: string, what: string, x: number, limit: number): void {
  if (x >= limit && x < Infinity) return;
  throw new UnrollError(`${loss}: the ${what} is ${x}.`, `It is a number from ${limit} on.`);
}
