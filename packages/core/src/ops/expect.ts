import { DTypeError, ShapeError } from "../tensor/error.ts";
import { formatType, isFloat, type Shape } from "../tensor/type.ts";
import { describeValue, isValue, type Value } from "../graph/node.ts";
import { notAValue } from "../graph/not-a-value.ts";

/** Refuse whatever is not a value. Throws: DTypeError that names its position. */
export function expectValues(op: string, ...xs: readonly unknown[]): void {
  xs.forEach((x, i) => {
    if (!isValue(x)) throw notAValue(op, x, i + 1);
  });
}

/** Refuse values of several dtypes. Throws: DTypeError. */
export function expectOneDType(op: string, xs: readonly Value[]): void {
  const [first] = xs;
  const other = xs.find((x) => x.type.dtype !== first!.type.dtype);
  if (!other) return;
  throw new DTypeError(
    `${op}: ${describeValue(first!)} and ${describeValue(other)} differ in dtype.`,
    `Dtypes are not promoted: cast(${other.label ?? "x"}, "${first!.type.dtype}").`,
  );
}

/** Refuse whatever is not a value, is no float, or differs in dtype from the others. Throws: DTypeError. */
export function expectFloats(op: string, xs: readonly Value[]): void {
  expectValues(op, ...xs);
  const other = xs.find((x) => !isFloat(x.type.dtype));
  if (!other) return expectOneDType(op, xs);
  throw new DTypeError(
    `${op}: ${describeValue(other)}: ${op} is defined on f32, f64.`,
    `Convert it first: cast(${other.label ?? "x"}, "f32").`,
  );
}

/** Refuse whatever is not a value, or is a truth value. Throws: DTypeError. */
export function expectNumbers(op: string, x: Value): void {
  expectValues(op, x);
  if (x.type.dtype !== "bool") return;
  throw new DTypeError(
    `${op}: ${describeValue(x)}: ${op} is defined on f32, f64, i32.`,
    `Convert it first: cast(${x.label ?? "x"}, "i32").`,
  );
}

/** Refuse what cannot be an index. Throws: DTypeError. */
export function expectIndex(op: string, index: Value): void {
  if (index.type.dtype === "i32") return;
  const name = index.label === undefined ? "the index" : `index ${index.label}`;
  throw new DTypeError(
    `${op}: ${name} is ${formatType(index.type)}; indices are i32.`,
    `Convert it first: cast(${index.label ?? "index"}, "i32").`,
  );
}

/** Refuse what is no shape. Throws: ShapeError. */
export function expectShape(op: string, shape: Shape): void {
  if (shape.every((size) => Number.isInteger(size) && size >= 0)) return;
  throw new ShapeError(`${op}: [${shape.join(", ")}] is no shape.`, "Sizes are whole numbers from 0 on.");
}
