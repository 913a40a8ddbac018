import { describe, test } from "vitest";
import { allocate, type DType, type TypedArray } from "../../src/tensor/type.ts";
import { viewOf } from "../views.ts";
import type { Expect } from "./expect.ts";
import { emitMap } from "../../src/ir/emit.ts";
import { illegal, type Binary, type Unary } from "../../src/ir/instruction.ts";
import type { Expr, Scalar } from "../../src/ir/scalar.ts";
import type { Buffer } from "../../src/ir/view.ts";

const floats = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  0.1,
  3,
  -7,
  1e-3,
  100.7,
  2 ** 23 + 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 31 - 128,
  3e38,
  -3e38,
  2 ** -126,
  2 ** -149,
  -(2 ** -140),
  Infinity,
  -Infinity,
  NaN,
];
const numbers: Readonly<Record<DType, readonly number[]>> = {
  f32: floats,
  f64: [...floats, 1e300, 2 ** -1022, 5e-324, 2 ** 53 + 2],
  i32: [0, 1, -1, 2, 3, -7, 31, 32, 33, 100, 65537, -65536, 2 ** 31 - 1, -(2 ** 31)],
  bool: [0, 1],
};
const dtypes = Object.keys(numbers) as DType[];

const unary: readonly (Unary | "exponent")[] = [
  "negate",
  "abs",
  "sqrt",
  "floor",
  "nearest",
  "not",
  "sin",
  "cos",
  "exp",
  "expm1",
  "log",
  "log1p",
  "tanh",
  "sigmoid",
  "erf",
];
const binary: readonly Binary[] = [
  "add",
  "subtract",
  "multiply",
  "divide",
  "min",
  "max",
  "pow",
  "equal",
  "less",
  "lessEqual",
  "and",
  "or",
  "xor",
  "shiftLeft",
  "shiftRight",
  "shiftRightUnsigned",
  "multiplyHighUnsigned",
  "remainder",
];

const fill = (dtype: DType, values: readonly number[]): TypedArray => {
  const array = allocate(dtype, values.length);
  array.set(values);
  return array;
};

/** Every pair of some numbers, as two lists. */
const pairs = (dtype: DType): readonly [TypedArray, TypedArray] => [
  fill(
    dtype,
    numbers[dtype].flatMap((x) => numbers[dtype].map(() => x)),
  ),
  fill(
    dtype,
    numbers[dtype].flatMap(() => numbers[dtype]),
  ),
];

/**
 * Functions that fast engines write in other instructions; their bits are those of the reference engine only by its
 * own.
 */
const named: ReadonlySet<string> = new Set([
  "sin",
  "cos",
  "exp",
  "expm1",
  "log",
  "log1p",
  "tanh",
  "sigmoid",
  "erf",
  "pow",
]);

/**
 * What every instruction does, at NaN, infinities and the ends of the range too; functions, if they are not expanded.
 */
export function instructions(expectSame: Expect, { expands }: { readonly expands: boolean }): void {
  const isTested = (op: string, dtype: DType): boolean => !illegal(op, dtype) && !(expands && named.has(op));

  /** A map on some operands gives the same bits as that of the reference engine. */
  function agree(
    dtype: DType,
    operands: readonly TypedArray[],
    body: (s: Scalar, xs: readonly Expr[]) => Expr,
    out: DType = dtype,
    dtypesOf: readonly DType[] = operands.map(() => dtype),
  ): void {
    const reads = operands.map((x, i) => viewOf(dtypesOf[i]!, [x.length]));
    const write = viewOf(out, [operands[0]!.length]);
    const emitted = emitMap({ reads, writes: [write], body: (s, xs) => [body(s, xs)] });
    const arrays = new Map<Buffer, TypedArray>(reads.map((view, i) => [view.buffer, operands[i]!]));
    arrays.set(write.buffer, allocate(out, operands[0]!.length));
    expectSame(emitted, arrays);
  }

  describe.each(dtypes)("on %s", (dtype) => {
    test.each(unary.filter((op) => isTested(op, dtype)))("%s", (op) => {
      agree(dtype, [fill(dtype, numbers[dtype])], (s, [x]) => s[op](x!));
    });

    const comparisons: readonly string[] = ["equal", "less", "lessEqual"];
    test.each(binary.filter((op) => isTested(op, dtype)))("%s", (op) => {
      const out = comparisons.includes(op) ? "bool" : dtype;
      agree(dtype, pairs(dtype), (s, [x, y]) => s[op](x!, y!), out);
      // One side known: the printer has shorter code for some of these.
      for (const known of numbers[dtype]) {
        if (dtype === "bool" && op !== "and") continue;
        agree(dtype, [fill(dtype, numbers[dtype])], (s, [x]) => s[op](x!, s.constant(dtype, known)), out);
        agree(dtype, [fill(dtype, numbers[dtype])], (s, [x]) => s[op](s.constant(dtype, known), x!), out);
      }
    });

    test.each(dtypes)("cast to %s", (to) => {
      agree(dtype, [fill(dtype, numbers[dtype])], (s, [x]) => s.cast(x!, to), to);
    });

    test("select, by comparisons and by truth values in memory", () => {
      const [x, y] = pairs(dtype);
      agree(dtype, [x, y], (s, [a, b]) => s.select(s.less(a!, b!), a!, b!));
      const when = fill(
        "bool",
        Array.from(x, (_, i) => (i % 3 === 0 ? 1 : 0)),
      );
      agree(dtype, [x, y, when], (s, [a, b, c]) => s.select(c!, a!, b!), dtype, [dtype, dtype, "bool"]);
    });
  });

  describe.each(["f32", "f64"] as const)("on %s", (dtype) => {
    test("fma rounds twice where it has to be the same everywhere", () => {
      const [x, y] = pairs(dtype);
      agree(dtype, [x, y], (s, [a, b]) => s.fma(a!, b!, s.add(a!, b!)));
    });

    test("exponent of normal numbers, and scale by normal powers of two", () => {
      const [least, most] = dtype === "f32" ? [-126, 127] : [-1022, 1023];
      const x = fill(dtype, [1, -1, 1.5, 0.75, 3e38, 2 ** least, 1e-30, 2 ** 20 - 1]);
      agree(dtype, [x], (s, [a]) => s.exponent(a!), "i32");
      for (const n of [0, 1, -1, 24, least, most]) {
        agree(dtype, [x], (s, [a]) => s.scale(a!, s.constant("i32", n)));
        agree(dtype, [x], (s, [a]) => s.scale(a!, s.cast(s.nearest(s.constant(dtype, n + 0.25)), "i32")));
      }
    });

    test("casts of exponents may be short, and other casts saturate", () => {
      const x = fill(dtype, numbers[dtype]);
      const toInteger = (s: Scalar, a: Expr): Expr => s.cast(s.nearest(a), "i32");
      agree(dtype, [x], (s, [a]) => toInteger(s, a!), "i32");
      agree(dtype, [x], (s, [a]) => s.cast(s.add(toInteger(s, a!), s.constant("i32", 1)), dtype));
      const small = fill(dtype, [-100, -3, 0, 1, 2.5, 77]);
      agree(dtype, [small], (s, [a]) => s.scale(a!, s.subtract(toInteger(s, a!), s.constant("i32", 5))));
    });
  });

  test("values of several widths meet in one body", () => {
    const x = fill("f32", [1.5, -2, 3e38, NaN, 0.1]);
    const y = fill("f64", [1e300, -0, 2, 3, 0.1]);
    const n = fill("i32", [7, -7, 2 ** 31 - 1, 0, 1]);
    agree(
      "f64",
      [x, y, n],
      (s, [a, b, c]) =>
        s.select(
          s.less(s.cast(a!, "f64"), b!),
          s.add(b!, s.cast(c!, "f64")),
          s.cast(s.multiply(a!, a!), "f64"),
        ),
      "f64",
      ["f32", "f64", "i32"],
    );
  });
}
