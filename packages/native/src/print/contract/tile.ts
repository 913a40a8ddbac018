import { byteSize } from "@unroll/core/engine";
import type { Functions } from "../functions.ts";
import { vectorName, type Factor } from "../vectors.ts";

/** A loop over products that are summed, and by how many elements a and b move along it. */
export interface Depth {
  readonly size: number;
  readonly a: number;
  readonly b: number;
}

/** By how many elements an operand moves along the rows and columns of a tile. */
export interface Along {
  readonly row: number;
  readonly column: number;
}

/**
 * A vector of a tile: the column of its first lane, where that lies in b, and the first of its lanes that is a result.
 */
export interface Place {
  readonly at: number;
  readonly b: number;
  readonly first: number;
}

/** A tile of a product: out = start + sum over k of a b, for some rows, and columns that are neighbours in b. */
export interface Tile {
  readonly dtype: Factor;
  readonly lanes: number;
  readonly rows: number;
  readonly columns: readonly Place[];
  readonly k: readonly Depth[];
  /** By how many elements a moves along rows. */
  readonly a: number;
  /** What the sums start from; absent: from zero. */
  readonly start: Along | undefined;
  readonly out: Along;
}

/** The function of a tile: it takes pointers to a, b, the start if there is one, and the results. */
export const tileFunction = (functions: Functions, tile: Tile): string =>
  functions.named("tile", JSON.stringify(tile), (text, name) => {
    const { dtype, start } = tile;
    const startParameter = start ? `const ${dtype} *s, ` : "";
    text.block(
      `KERNEL void ${name}(const ${dtype} *a, const ${dtype} *b, ${startParameter}${dtype} *o)`,
      () => {
        const lines = [...starts(tile), ...nextStarts(tile), ...sums(tile), ...stores(tile)];
        for (const line of lines) text.line(line);
      },
    );
  });

/** Bytes of a line of a cache. */
const line = 64;

/** Steps after which what is asked for ahead is needed. */
const ahead = 64;

/**
 * Whether to ask for what is read next. Tiles of several rows and vectors have more to multiply than to load, and a
 * processor that foresees reading on looks no further than the end of a page.
 */
const asksAhead = ({ rows, columns, k }: Tile): boolean =>
  rows + 2 * columns.length <= rows * columns.length && (k.at(-1)?.size ?? 0) >= ahead;

/** One vector of each line. */
const linesOf = ({ dtype, lanes, columns }: Tile): readonly Place[] =>
  columns.filter((_, i) => (i * lanes * byteSize(dtype)) % line === 0);

const ask = ({ dtype }: Tile, pointer: string, further: number): string =>
  `__builtin_prefetch((const void *)((u64)${pointer} + ${further * byteSize(dtype)}ll));`;

const rowsOf = ({ rows }: Tile): number[] => [...Array(rows).keys()];

function starts(tile: Tile): string[] {
  const { dtype, lanes, columns, start } = tile;
  const v = vectorName(dtype, lanes);
  return rowsOf(tile).flatMap((row) =>
    columns.map(({ at }, i) => {
      const value = start ? loadAlong(tile, "s", start, row, at) : `${v}_all(0)`;
      return `${v} c${row}_${i} = ${value};`;
    }),
  );
}

/** Ask for what the sums of the next rows start from. */
function nextStarts(tile: Tile): string[] {
  const { dtype, start, rows } = tile;
  if (!start || start.row === 0 || start.column !== 1 || !asksAhead(tile)) return [];
  const lines = linesOf(tile).map(({ at }) => ask(tile, "next", at));
  const apart = start.row * byteSize(dtype);
  return [
    `u64 next = (u64)s + ${rows * apart}ll;`,
    `for (i32 i = 0; i < ${rows}; i++, next += ${apart}ll) { ${lines.join(" ")} }`,
  ];
}

/** A vector of an operand that may move in any way along columns. */
function loadAlong({ dtype, lanes }: Tile, name: string, along: Along, row: number, at: number): string {
  const v = vectorName(dtype, lanes);
  const place = (lane: number): number => row * along.row + (at + lane) * along.column;
  if (along.column === 0) return `${v}_all(${name}[${place(0)}])`;
  if (along.column === 1 || lanes === 1) return `${v}_load(${name} + ${place(0)})`;
  return `(${v}){${Array.from({ length: lanes }, (_, lane) => `${name}[${place(lane)}]`).join(", ")}}`;
}

/** Pointers move along with the loops; the innermost one has the products. */
function sums(tile: Tile): string[] {
  const { k } = tile;
  const lines: string[] = [];
  k.forEach(({ size, a, b }, level) => {
    const above = level === 0 ? ["a", "b"] : [`a${level}`, `b${level}`];
    const [nextA, nextB] = [`a${level + 1}`, `b${level + 1}`];
    lines.push(`for (i32 k${level} = 0; k${level} < ${size}; k${level}++) {`);
    lines.push(`const ${tile.dtype} *${nextA} = ${above[0]} + (i64)k${level} * ${a};`);
    lines.push(`const ${tile.dtype} *${nextB} = ${above[1]} + (i64)k${level} * ${b};`);
  });
  const [a, b] = k.length === 0 ? ["a", "b"] : [`a${k.length}`, `b${k.length}`];
  lines.push(...step(tile, a, b));
  return [...lines, ...k.map(() => "}")];
}

/** One product for every result. A row of b is in registers, elements of a pass by. */
function step(tile: Tile, a: string, b: string): string[] {
  const { dtype, lanes, columns } = tile;
  const v = vectorName(dtype, lanes);
  const lines = columns.map((place, i) => `const ${v} y${i} = ${v}_load(${b} + ${place.b});`);
  if (asksAhead(tile))
    lines.push(...linesOf(tile).map((place) => ask(tile, b, ahead * tile.k.at(-1)!.b + place.b)));
  for (const row of rowsOf(tile)) {
    lines.push(`const ${v} x${row} = ${v}_all(${a}[${row * tile.a}]);`);
    columns.forEach((_, i) => lines.push(`c${row}_${i} = ${v}_fma(x${row}, y${i}, c${row}_${i});`));
  }
  return lines;
}

function stores(tile: Tile): string[] {
  const { dtype, lanes, columns, out } = tile;
  const v = vectorName(dtype, lanes);
  return rowsOf(tile).flatMap((row) =>
    columns.flatMap(({ at, first }, i) => {
      if (out.column === 1 && first === 0) return [`${v}_store(o + ${row * out.row + at}, c${row}_${i});`];
      return Array.from({ length: lanes - first }, (_, j) => {
        const lane = first + j;
        const value = lanes === 1 ? `c${row}_${i}` : `c${row}_${i}[${lane}]`;
        return `o[${row * out.row + (at + lane) * out.column}] = ${value};`;
      });
    }),
  );
}
