import { compile, einsum, tensor, type DType, type Tensor, type Value } from "@unroll/core";
import { describe, expect, test, vi } from "vitest";
import { missing } from "../../../test/toolchain.ts";
import { native } from "../../native.ts";

// Compiling takes seconds, and ten times as long where code is watched by sanitizers.
vi.setConfig({ testTimeout: 240_000 });

/** A product: which letters its operands have, and how many of each there are. */
interface Case {
  readonly formula: string;
  readonly sizes: { readonly i: number; readonly j: number; readonly k: number };
}

/** Each is larger than a block in some way, and no size is a multiple of one. */
const cases: Readonly<Record<string, Case>> = {
  "more steps than a copy of b has, and columns too": {
    formula: "ki,kj->ij",
    sizes: { i: 14, j: 1061, k: 523 },
  },
  "more rows than stay in the cache": { formula: "ki,kj->ij", sizes: { i: 271, j: 66, k: 523 } },
  "panels of more steps, and rows of a whose lines share a set of the cache": {
    formula: "ik,jk->ij",
    sizes: { i: 31, j: 96, k: 3072 },
  },
};

const random = (length: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => Math.sin(i * i) + 0.1 * Math.cos(i));

function operands({ formula, sizes }: Case, dtype: DType): [Tensor, Tensor] {
  const shapes = formula
    .slice(0, 5)
    .split(",")
    .map((letters) => [...letters].map((letter) => sizes[letter as keyof typeof sizes]));
  return shapes.map((shape) => tensor([...random(shape[0]! * shape[1]!)], { shape, dtype })) as unknown as [
    Tensor,
    Tensor,
  ];
}

/** Sums in the order of k from zero on, every product and every sum rounded. */
function inOrder({ formula, sizes }: Case, [a, b]: readonly [Tensor, Tensor], dtype: DType): number[] {
  const round = dtype === "f32" ? Math.fround : (x: number) => x;
  const [first, second] = formula.slice(0, 5).split(",") as [string, string];
  const at = (letters: string, x: number, k: number): number =>
    letters[0] === "k" ? k * sizes[letters[1] as "i" | "j"] + x : x * sizes.k + k;
  const results: number[] = [];
  for (let i = 0; i < sizes.i; i++) {
    for (let j = 0; j < sizes.j; j++) {
      let sum = 0;
      for (let k = 0; k < sizes.k; k++)
        sum = round(sum + round((a.data[at(first, i, k)] as number) * (b.data[at(second, j, k)] as number)));
      results.push(sum);
    }
  }
  return results;
}

const why = missing();
const title = "products that are cut into blocks";
describe.skipIf(why !== undefined)(`${title}${why === undefined ? "" : `, skipped: ${why}`}`, () => {
  test.each([
    ["f32", [1, 2]],
    ["f64", [1]],
  ] as const)("sum every result in the order of k, in %s on %s threads", (dtype, counts) => {
    const sides = Object.values(cases).map((one) => operands(one, dtype));
    // One program, since compilers take longer to start than to compile a product.
    const all = (pairs: readonly (readonly [Value, Value])[]) =>
      pairs.map(([a, b], at) => einsum(Object.values(cases)[at]!.formula, a, b));
    const results = counts.map((threads) => {
      const engine = native({ threads, relaxed: false });
      const found = compile(all, { engine })(sides).map(({ data }) => [...data]);
      engine.dispose();
      return found;
    });
    Object.entries(cases).forEach(([name, one], at) => {
      const expected = inOrder(one, sides[at]!, dtype);
      for (const found of results) expect(found[at], name).toEqual(expected);
    });
  });
});
