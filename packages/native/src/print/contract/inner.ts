import type { Functions } from "../functions.ts";
import type { Text } from "../text.ts";
import { lanesOf } from "../target.ts";
import { vectorName } from "../vectors.ts";
import { nestSides, repeat, sequence, type Pointing } from "./pointing.ts";
import { A, B, INIT, OUT, type Product } from "./product.ts";
import { blocks } from "@unroll/core/engine";

/** Results that are summed side by side, so that none waits for another. */
const tile = { rows: 2, columns: 4 };

/**
 * Inner products, for sides that both lie along the innermost sum: every result is a vector of partial sums, put
 * together in the end. What is left over of a vector is added last.
 */
export function printInner(text: Text, functions: Functions, product: Product, pointing: Pointing): void {
  const { batch, stripes, rows, columns, dtype } = product;
  nestSides(text, dtype, [...batch, ...stripes], pointing, (here) =>
    sequence(text, dtype, blocks(rows.size, tile.rows), rows.moves, here, (height, row) =>
      sequence(text, dtype, blocks(columns.size, tile.columns), columns.moves, row, (width, { at }) => {
        const name = innerFunction(functions, product, height, width);
        const start = product.hasInit ? [at[INIT]] : [];
        text.line(`${name}(${[at[A], at[B], ...start, at[OUT]].join(", ")});`);
      }),
    ),
  );
}

const innerFunction = (functions: Functions, product: Product, height: number, width: number): string => {
  const { dtype, hasInit, rows, columns, depth } = product;
  const key = JSON.stringify([dtype, hasInit, rows.moves, columns.moves, depth, height, width]);
  return functions.named("inner", key, (text, name) => {
    const start = hasInit ? `const ${dtype} *s, ` : "";
    text.block(`KERNEL void ${name}(const ${dtype} *a, const ${dtype} *b, ${start}${dtype} *o)`, () =>
      printSums(text, product, lanesOf(functions.target, dtype), height, width),
    );
  });
};

function printSums(text: Text, product: Product, most: number, height: number, width: number): void {
  const { dtype, hasInit, rows, columns, depth } = product;
  const inner = depth.at(-1)!;
  const lanes = Math.min(most, 2 ** Math.floor(Math.log2(inner.size)));
  const v = vectorName(dtype, lanes);
  const results = Array.from({ length: height * width }, (_, i) => ({
    name: `${Math.floor(i / width)}_${i % width}`,
    i: Math.floor(i / width),
    j: i % width,
  }));
  const full = inner.size - (inner.size % lanes);
  for (const { name } of results) text.line(`${v} c${name} = ${v}_all(0); ${dtype} r${name} = 0;`);
  const products = (a: string, b: string, type: string, sum: string): void => {
    for (let i = 0; i < height; i++)
      text.line(`const ${type} x${i} = ${type}_load(${a} + ${i * rows.moves[A]});`);
    for (let j = 0; j < width; j++)
      text.line(`const ${type} y${j} = ${type}_load(${b} + ${j * columns.moves[B]});`);
    for (const { name, i, j } of results)
      text.line(`${sum}${name} = ${type}_fma(x${i}, y${j}, ${sum}${name});`);
  };
  nestSides(text, dtype, depth.slice(0, -1), { level: 0, at: ["a", "b", "", ""] }, (here) => {
    repeat(text, dtype, full / lanes, lanes, inner.moves, here, ({ at }) => products(at[A], at[B], v, "c"));
    for (let k = full; k < inner.size; k++)
      text.block("", () => products(`${here.at[A]} + ${k}`, `${here.at[B]} + ${k}`, dtype, "r"));
  });
  for (const { name, i, j } of results) {
    const place = (role: typeof INIT | typeof OUT): number => i * rows.moves[role] + j * columns.moves[role];
    const parts = [...(hasInit ? [`s[${place(INIT)}]`] : []), `r${name}`, folded(`c${name}`, lanes, dtype)];
    const sum = parts.reduceRight((right, left) => `${dtype}_add(${left}, ${right})`);
    text.line(`const ${dtype} t${name} = ${sum};`);
  }
  for (const { name, i, j } of results)
    text.line(`o[${i * rows.moves[OUT] + j * columns.moves[OUT]}] = t${name};`);
}

/** The sum of all lanes, in halves. */
function folded(vector: string, lanes: number, dtype: string): string {
  if (lanes === 1) return vector;
  const sum = (from: number, step: number): string =>
    step === lanes
      ? `${vector}[${from}]`
      : `${dtype}_add(${sum(from, step * 2)}, ${sum(from + step, step * 2)})`;
  return sum(0, 1);
}
