/** Parameters and states of a cell as tables: shapes in letters, and what they start from. */
import {
  evaluate,
  flatten,
  hostRandom,
  type Init,
  type ParamSpec,
  type StateSpec,
  type Tensor,
} from "@unroll/core";
import { initialState, type Cell } from "@unroll/layers";

type AnyCell = Cell<unknown, unknown, never, unknown>;
/** Sizes by the letters that stand for them. */
export type Sizes = Readonly<Record<string, number>>;
/** A cell of any sizes, some of which it may have to be a multiple of. */
export interface Sized {
  readonly sizes: Sizes;
  make(sizes: Sizes): AnyCell;
}

export function parameterTable({ sizes, make }: Sized): string {
  const rows = shapesOf(sizes, (at) => flatten(make(at).params)).map(({ path, shape, leaf }) => {
    const { init, shape: own } = leaf as ParamSpec;
    return `| \`${path}\` | [${shape.join(", ")}] | ${startOf(path, init, own, sizes)} |`;
  });
  return ["| parameter | shape | starts from |", "| --- | --- | --- |", ...rows].join("\n");
}

export function stateTable({ sizes, make }: Sized): string {
  const cell = make(sizes);
  const start = flatten(evaluate(initialState(cell.state, { batch: 1, dtype: "f32" })));
  const rows = shapesOf(sizes, (at) => flatten(make(at).state)).map(({ path, shape, leaf }, i) => {
    const { dtype } = leaf as StateSpec;
    const { data } = start[i]!.leaf as Tensor;
    const all = new Set(data);
    const value = all.size === 1 ? `${shortest([...all][0]!)}` : "1 at position 0, 0 elsewhere";
    return `| \`${path}\` | ${dtype === undefined ? "" : `${dtype} `}[${["B", ...shape].join(", ")}] | ${value} |`;
  });
  return ["| state | shape | starts from |", "| --- | --- | --- |", ...rows].join("\n");
}

/** As it was written, before it was rounded to f32. */
const shortest = (x: number): number => Number(x.toPrecision(6));

interface Shaped {
  readonly path: string;
  readonly shape: readonly string[];
  readonly leaf: unknown;
}

/** Shapes as sums of multiples of letters, found by making the cell twice as large in one size after the other. */
function shapesOf(
  sizes: Sizes,
  specs: (sizes: Sizes) => readonly { readonly path: string; readonly leaf: unknown }[],
): readonly Shaped[] {
  const shapes = (at: Sizes): readonly (readonly number[])[] =>
    specs(at).map(({ leaf }) => (leaf as ParamSpec | StateSpec).shape);
  const base = shapes(sizes);
  const grown = Object.entries(sizes).map(([letter, size]) => ({
    letter,
    size,
    shapes: shapes({ ...sizes, [letter]: 2 * size }),
  }));
  return specs(sizes).map(({ path, leaf }, i) => ({
    path,
    leaf,
    shape: base[i]!.map((axis, j) => {
      const terms = grown.map(({ letter, size, shapes }) => ({
        letter,
        size,
        factor: (shapes[i]![j]! - axis) / size,
      }));
      const rest = axis - terms.reduce((sum, { size, factor }) => sum + size * factor, 0);
      const written = terms
        .filter(({ factor }) => factor !== 0)
        .map(({ letter, factor }) => multiple(factor, letter));
      return [...written, ...(rest === 0 ? [] : [String(rest)])].join(" + ");
    }),
  }));
}

/** `4H`, `H/2`, `3H/4`. */
function multiple(factor: number, letter: string): string {
  const parts = [1, 2, 3, 4, 6, 8].find((n) => Number.isInteger(factor * n));
  if (parts === undefined) throw new Error(`cells: ${factor} ${letter} is no simple multiple.`);
  const count = factor * parts;
  return `${count === 1 ? "" : count}${letter}${parts === 1 ? "" : `/${parts}`}`;
}

/** Bounds of uniform numbers, as functions of sizes. */
const bounds: readonly (readonly [text: string, bound: (sizes: Sizes) => number])[] = [
  ["1/sqrt(H)", ({ H }) => 1 / Math.sqrt(H!)],
  ["sqrt(3/I)", ({ I }) => Math.sqrt(3 / I!)],
  ["1/sqrt(2I)", ({ I }) => 1 / Math.sqrt(2 * I!)],
  ["1/(q sqrt(H))", ({ H, q }) => 1 / (q! * Math.sqrt(H!))],
  ["10", () => 10],
];

/** What an initialiser draws, in words: thousands of numbers are held against all that cells start from. */
function startOf(path: string, init: Init, shape: readonly number[], sizes: Sizes): string {
  const draw = (seed: number): readonly number[] => Array.from(init(shape, hostRandom(seed, path)));
  const [once, again] = [draw(1), draw(2)];
  if (once.every((x, i) => x === again[i])) return constant(once, shape);
  const draws = Math.ceil(4000 / once.length);
  const many = Array.from({ length: draws }, (_, seed) => draw(seed)).flat();
  const [least, most] = many.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
  const within = (bound: number): boolean => most <= bound && most > 0.98 * bound;
  const middle = many.filter((x) => Math.abs(x) < most / 2).length / many.length;
  const isUniform = Math.abs(middle - 0.5) < 0.05;
  if (isUniform && least >= 0 && within(1)) return "uniform on [0, 1)";
  if (isUniform) {
    const found = bounds.filter(([, bound]) => within(bound(sizes)));
    if (found.length === 1) return `uniform on ${found[0]![0]} around 0`;
  }
  if (least >= 1 && within(Math.exp(3))) return "exp of uniform numbers on [0, 3)";
  const deviation = Math.sqrt(many.reduce((sum, x) => sum + x * x, 0) / many.length);
  if (Math.abs(deviation / 0.001 - 1) < 0.05) return "normal with a deviation of 0.001";
  return "numbers of its own";
}

function constant(numbers: readonly number[], shape: readonly number[]): string {
  const [rows = 1, columns = 1] = shape;
  const values = [...new Set(numbers)];
  if (values.length === 1) return String(shortest(values[0]!));
  if (
    shape.length === 2 &&
    numbers.every((x, i) => (x === 0) !== (Math.floor(i / columns) === i % columns))
  ) {
    const scale = Math.max(...values);
    return scale === 1 ? "the identity" : `${scale} times the identity`;
  }
  const parts = [2, 3, 4].find(
    (n) => rows % n === 0 && numbers.every((x, i) => x === numbers[Math.floor((i * n) / rows) * (rows / n)]),
  );
  if (parts === undefined)
    throw new Error(`cells: [${shape.join(", ")}] starts from a pattern that this page has no words for.`);
  return (
    Array.from({ length: parts }, (_, k) => shortest(numbers[(k * rows) / parts]!)).join(", ") +
    " for its parts"
  );
}
