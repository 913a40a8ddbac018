import { prepareKernel } from "../src/engine/reference/kernel.ts";
import { expand } from "../src/compiler/expand.ts";
import { dtypesOf, mapReferences, type Body, type Instruction } from "../src/ir/instruction.ts";
import { Scalar, type Expr } from "../src/ir/scalar.ts";
import type { Results } from "../src/ir/space.ts";
import { allocate, type DType, type TypedArray } from "../src/tensor/type.ts";

/** How an engine may round x y + z. */
export type Rounding = "twice" | "once";

/** The expanded body of one scalar. */
export function expandedBody(
  dtypes: readonly DType[],
  build: (s: Scalar, x: Expr, y: Expr) => Expr,
  rounding: Rounding = "twice",
): Results {
  const s = new Scalar();
  const [x, y] = dtypes.map((dtype, operand) => s.read(operand, dtype));
  const made = build(s, x!, y!);
  const results = expand({ body: s.body, results: [made.at] }, dtypes);
  return rounding === "once" ? roundedOnce(results, dtypes) : results;
}

/** What a body with one result gives for each row of its operands, which are columns of one dtype. */
export function runBody(
  { body, results }: Results,
  dtype: "f32" | "f64",
  columns: readonly TypedArray[],
): TypedArray {
  const size = columns[0]!.length;
  const out = allocate(dtype, size);
  const memory = [...columns, out];
  prepareKernel({
    form: "map",
    dtypes: memory.map(() => dtype),
    dimensions: [{ size, strides: memory.map(() => 1) }],
    body,
    writes: results,
  })(
    memory.map(() => 0),
    { memory, outside: () => undefined },
  );
  return out;
}

/** The instructions that compute something. */
export const computing = (body: Body): readonly Instruction[] =>
  body.filter(({ op }) => op !== "constant" && op !== "read");

/** A body that rounds once where the reference engine, which has no fused instruction, would round twice. */
export function roundedOnce({ body, results }: Results, operands: readonly DType[]): Results {
  const fused: Instruction[] = [];
  const moved: number[] = [];
  const dtypes = dtypesOf(body, operands);
  for (const [at, i] of body.entries()) {
    const there = mapReferences(i, (x) => moved[x]!);
    if (there.op === "fma") fused.push(...fuse(there, dtypes[at]!, fused.length));
    else fused.push(there);
    moved.push(fused.length - 1);
  }
  return { body: fused, results: results.map((at) => moved[at]!) };
}

type Fma = Extract<Instruction, { op: "fma" }>;

/** An f64 holds the product of two f32 numbers, and its sums with a third one but for their last digits. */
const fuse = ({ x, y, z }: Fma, dtype: DType, at: number): Instruction[] =>
  dtype === "f64"
    ? fuseDoubles({ x, y, z }, at)
    : [
        { op: "cast", to: "f64", x },
        { op: "cast", to: "f64", x: y },
        { op: "cast", to: "f64", x: z },
        { op: "multiply", x: at, y: at + 1 },
        { op: "add", x: at + 3, y: at + 2 },
        { op: "cast", to: "f32", x: at + 4 },
      ];

/**
 * By sums of two numbers.
 *
 * Source: Dekker, A floating-point technique for extending the available precision, 1971.
 */
function fuseDoubles({ x, y, z }: Omit<Fma, "op">, first: number): Instruction[] {
  const made: Instruction[] = [];
  const push = (i: Instruction): number => first + made.push(i) - 1;
  const binary =
    (op: "add" | "subtract" | "multiply") =>
    (a: number, b: number): number =>
      push({ op, x: a, y: b });
  const [add, subtract, multiply] = [binary("add"), binary("subtract"), binary("multiply")];
  const constant = (value: number): number => push({ op: "constant", dtype: "f64", value });
  const halves = (a: number): readonly [number, number] => {
    const scaled = multiply(a, constant(2 ** 27 + 1));
    const upper = subtract(scaled, subtract(scaled, a));
    return [upper, subtract(a, upper)];
  };
  const product = multiply(x, y);
  const [[xu, xl], [yu, yl]] = [halves(x), halves(y)];
  const most = subtract(multiply(xu, yu), product);
  const lost = add(add(add(most, multiply(xu, yl)), multiply(xl, yu)), multiply(xl, yl));
  const sum = add(product, z);
  const back = subtract(sum, product);
  const cut = add(subtract(product, subtract(sum, back)), subtract(z, back));
  const total = add(lost, cut);
  // Not where halves were infinite, nor where nothing was lost: a sum of -0 stays one.
  const isLost = push({ op: "less", x: constant(0), y: push({ op: "abs", x: total }) });
  push({ op: "select", when: isLost, x: add(sum, total), y: sum });
  return made;
}
