import { fromArray, type DType, type Shape, type Tensor, type TensorType } from "@unroll/core";
import fc from "fast-check";

/** Bounds of a shape. */
export interface ShapeBounds {
  readonly minRank?: number;
  readonly maxRank?: number;
  readonly minSize?: number;
  readonly maxSize?: number;
}

/** Shapes of up to three axes with sizes from 0 to 3, unless the bounds say otherwise. */
export const arbitraryShape = (bounds: ShapeBounds = {}): fc.Arbitrary<Shape> =>
  fc.array(arbitrarySize(bounds), { minLength: bounds.minRank ?? 0, maxLength: bounds.maxRank ?? 3 });

/** Of the sizes 1 to 3 each is met three times as often as 0, or most shapes would hold nothing. */
function arbitrarySize({ minSize = 0, maxSize = 3 }: ShapeBounds): fc.Arbitrary<number> {
  const sizes = Array.from({ length: maxSize - minSize + 1 }, (_, i) => minSize + i);
  const filled = sizes.filter((size) => size > 0);
  return fc.constantFrom(...filled, ...filled, ...filled, ...sizes.filter((size) => size <= 0));
}

/** As many shapes as asked for, which broadcast to the first of them together: `together`. */
export function arbitraryBroadcast(
  count: number,
  bounds: ShapeBounds = {},
): fc.Arbitrary<{ readonly together: Shape; readonly shapes: readonly Shape[] }> {
  const part = fc.record({ dropped: fc.nat(3), ones: fc.nat(7) });
  return fc
    .tuple(arbitraryShape(bounds), fc.array(part, { minLength: count, maxLength: count }))
    .map(([whole, parts]) => {
      const shapes = parts.map(({ dropped, ones }) =>
        whole.map((size, axis) => ((ones >> axis) & 1 ? 1 : size)).slice(Math.min(dropped, whole.length)),
      );
      return { together: broadcast(shapes)!, shapes };
    });
}

/** The shape that shapes have together, by NumPy's rule; undefined when they do not broadcast. */
export function broadcast(shapes: readonly Shape[]): Shape | undefined {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  const sizes = Array.from({ length: rank }, (_, i) => {
    const along = new Set(
      shapes.map((shape) => shape[shape.length - rank + i] ?? 1).filter((size) => size !== 1),
    );
    return along.size > 1 ? undefined : ([...along][0] ?? 1);
  });
  return sizes.includes(undefined) ? undefined : (sizes as Shape);
}

/** Numbers that a function is defined on, or behaves well on. */
export interface Domain {
  /** So many of them at once: they may have to do with each other. */
  numbers(count: number): fc.Arbitrary<readonly number[]>;
}

/** Steps of a grid whose numbers up to 8 are exact in f32, and whose sums and products are not. */
const grid = 2 ** 20;

/** Numbers from `low` to `high`, at least `gap` away from those to avoid. All are exact in f32. */
export function interval(
  low: number,
  high: number,
  { avoid = [], gap = 1 / 32 }: { readonly avoid?: readonly number[]; readonly gap?: number } = {},
): Domain {
  const number = fc
    .integer({ min: Math.ceil(low * grid), max: Math.floor(high * grid) })
    .map((n) => Math.fround(n / grid))
    .filter((x) => avoid.every((y) => Math.abs(x - y) >= gap));
  return { numbers: (count) => fc.array(number, { minLength: count, maxLength: count }) };
}

/**
 * Numbers from `low` to `high` in any order, no two close to each other: where an order decides, it stays the same
 * nearby.
 */
export function distinct(low: number, high: number): Domain {
  return {
    numbers: (count) =>
      fc
        .tuple(
          fc.array(fc.integer(), { minLength: count, maxLength: count }),
          fc.array(fc.integer({ min: 0, max: 1 << 16 }), { minLength: count, maxLength: count }),
        )
        .map(([keys, jitters]) => {
          const order = keys.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b);
          // Each number has a cell of its own and keeps to the middle half of it.
          return order.map((cell, i) =>
            Math.fround(low + ((high - low) * (cell + 0.25 + jitters[i]! / (1 << 17))) / count),
          );
        }),
  };
}

/** Whole numbers. */
export const integers = (low: number, high: number): Domain => ({
  numbers: (count) => fc.array(fc.integer({ min: low, max: high }), { minLength: count, maxLength: count }),
});

/** Small whole numbers, and at times any i32: sums and products of these wrap. */
export const anyInteger: Domain = {
  numbers: (count) =>
    fc.array(fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -9, max: 9 }) }, fc.integer()), {
      minLength: count,
      maxLength: count,
    }),
};

/** Numbers of several domains, mixed: of the first one mostly. */
export const oneOf = (first: Domain, ...others: readonly Domain[]): Domain => {
  const number = (domain: Domain): fc.Arbitrary<number> => domain.numbers(1).map(([x]) => x!);
  const mixed = fc.oneof({ weight: 4, arbitrary: number(first) }, ...others.map(number));
  return { numbers: (count) => fc.array(mixed, { minLength: count, maxLength: count }) };
};

/** 0 and 1. */
export const truthValues: Domain = integers(0, 1);

const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, bool: Int32Array } as const;

/** A tensor of given numbers, row-major. */
export const tensorOf = (type: TensorType, numbers: readonly number[]): Tensor =>
  fromArray(type, arrays[type.dtype].from(numbers));

const usual: Readonly<Record<DType, Domain>> = {
  f32: interval(-2, 2),
  f64: interval(-2, 2),
  i32: integers(-9, 9),
  bool: truthValues,
};

/** Tensors of one type with numbers of a domain: by default floats from -2 to 2 and small integers. */
export const arbitraryTensor = (type: TensorType, domain: Domain = usual[type.dtype]): fc.Arbitrary<Tensor> =>
  domain.numbers(sizeOf(type.shape)).map((numbers) => tensorOf(type, numbers));

/** Several tensors with numbers of one domain: of a `distinct` one no two numbers in any of them are close. */
export function arbitraryTensors(
  types: readonly TensorType[],
  domain?: Domain,
): fc.Arbitrary<readonly Tensor[]> {
  const sizes = types.map(({ shape }) => sizeOf(shape));
  const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((sum, size) => sum + size, 0));
  return (domain ?? usual[types[0]?.dtype ?? "f64"])
    .numbers(ends.at(-1) ?? 0)
    .map((numbers) => types.map((type, i) => tensorOf(type, numbers.slice(ends[i]! - sizes[i]!, ends[i]))));
}

/** Records and lists of leaves, up to three deep, or a leaf alone. Keys come in any order, and some lists are empty. */
export function arbitraryTree<T>(leaf: fc.Arbitrary<T>): fc.Arbitrary<Tree<T>> {
  const key = fc.constantFrom("h", "c", "w", "wx", "b", "layer 1");
  const { tree } = fc.letrec<{ tree: Tree<T> }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, depthIdentifier: "tree" },
      leaf,
      fc.array(tie("tree"), { maxLength: 3, depthIdentifier: "tree" }),
      fc.dictionary(key, tie("tree"), { maxKeys: 3, depthIdentifier: "tree" }),
    ),
  }));
  return tree;
}

/** A tree with leaves of one kind. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** The number of elements of a shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);
