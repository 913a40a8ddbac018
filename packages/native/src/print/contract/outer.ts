import { blocks, byteSize, stripes as stripesOf, type Repeated } from "@unroll/core/engine";
import type { Functions } from "../functions.ts";
import type { Text } from "../text.ts";
import { packFunction } from "./pack.ts";
import { nestSides, sequence, type Pointing } from "./pointing.ts";
import { A, B, INIT, OUT, turnsOf, type Product, type Side } from "./product.ts";
import { chooseTile, lanesFor, type TileSize } from "./tile-size.ts";
import { tileFunction, type Along, type Place } from "./tile.ts";

/** Steps of a sum that are done in one go: what they read of b should stay in the first cache. */
const mostDepth = { asItLies: 512, copied: 256 };

/** Columns of b that are copied at once, so that the copy stays in the cache. */
const mostColumns = 512;

/** Bytes of a that should stay in the cache while all columns are computed. */
const groupBytes = 2 ** 17;

const bytesOfB = mostColumns * mostDepth.copied * byteSize("f64");

/** Bytes that a thread needs for copies. */
export const scratchBytes: number = bytesOfB + groupBytes;

/** Columns from which on copying a pays, if it does not lie along the sum. */
const worthwhile = 64;

/** No step at all: what sums start from is put in its place. */
const noDepth: readonly Side[] = [{ size: 0, moves: [0, 0, 0, 0] }];

/** A part of a product that is computed in one go. */
interface Part {
  readonly rows: Side;
  readonly columns: Side;
  readonly depth: readonly Side[];
  /** What the sums of tiles start from. */
  readonly start: "zero" | "init" | "out";
  /** Whether b is a copy in panels: a stripe of columns after the other, and in it step after step. */
  readonly isCopied: boolean;
  /** Whether a is one, too. */
  readonly isCopiedA?: boolean;
}

/**
 * A product by tiles: a vector of b and an element of a at a time, for as many results as there are registers. Each result
 * is summed in the order of the depth, whatever the tile. With `copiesB`, b is copied first, block by block, so that a
 * tile reads its columns from one end of a panel to the other.
 */
export class OuterPrinter {
  readonly #text: Text;
  readonly #functions: Functions;
  readonly #product: Product;
  readonly #copiesB: boolean;
  readonly #tile: TileSize;
  readonly #lanes: number;

  constructor(text: Text, functions: Functions, product: Product, copiesB: boolean) {
    this.#text = text;
    this.#functions = functions;
    this.#product = product;
    this.#copiesB = copiesB;
    this.#tile = chooseTile(functions.target, product).tile;
    this.#lanes = lanesFor(functions.target, product);
  }

  print(pointing: Pointing): void {
    const { batch, stripes } = this.#product;
    nestSides(this.#text, this.#product.dtype, [...batch, ...stripes], pointing, (here) => {
      if (this.#copiesB) this.#printCopied(here);
      else this.#printAsItLies(here);
    });
  }

  #printAsItLies(pointing: Pointing): void {
    const { rows, columns, depth, hasInit } = this.#product;
    // A few rows read b once, so nothing is gained by keeping a part of it in the cache.
    const limit = rows.size > this.#tile.rows ? mostDepth.asItLies : Infinity;
    const first = hasInit ? "init" : "zero";
    const isCut = turnsOf(depth) > limit;
    const part = { rows, columns, isCopied: false };
    if (isCut) this.#groups({ ...part, depth: noDepth, start: first }, pointing);
    this.#depths(limit, pointing, (block, here) =>
      this.#groups({ ...part, depth: block, start: isCut ? "out" : first }, here),
    );
  }

  #printCopied(pointing: Pointing): void {
    const { rows, columns, depth, dtype, hasInit } = this.#product;
    const width = this.#tile.vectors * this.#lanes;
    const most = Math.floor(mostColumns / width) * width;
    const first = hasInit ? "init" : "zero";
    const isCut = turnsOf(depth) > mostDepth.copied;
    sequence(this.#text, dtype, stripesOf(columns.size, most), columns.moves, pointing, (size, here) => {
      const side = { ...columns, size };
      if (isCut) this.#groups({ rows, columns: side, depth: noDepth, start: first, isCopied: false }, here);
      this.#depths(mostDepth.copied, here, (block, { level, at }) => {
        const panels = this.#panelsOf(size);
        this.#copy({ across: columns.moves[B], operand: B }, panels, block, { level, at }, "scratch");
        const moves: Side["moves"] = [side.moves[A], turnsOf(block), side.moves[INIT], side.moves[OUT]];
        const copied: Pointing = { level, at: [at[A], "scratch", at[INIT], at[OUT]] };
        const start = isCut ? "out" : first;
        this.#groups({ rows, columns: { size, moves }, depth: block, start, isCopied: true }, copied);
      });
    });
  }

  /** Run through the depth in blocks of at most `limit` steps, as even as can be. */
  #depths(
    limit: number,
    pointing: Pointing,
    body: (block: readonly Side[], pointing: Pointing) => void,
  ): void {
    const { dtype, depth } = this.#product;
    const at = depth.findLastIndex((_, i) => turnsOf(depth.slice(i)) > limit);
    const cut = depth[at];
    if (!cut) {
      body(depth, pointing);
      return;
    }
    const inner = depth.slice(at + 1);
    const most = Math.max(1, Math.floor(limit / turnsOf(inner)));
    nestSides(this.#text, dtype, depth.slice(0, at), pointing, (here) =>
      sequence(this.#text, dtype, blocks(cut.size, most), cut.moves, here, (size, block) =>
        body([{ ...cut, size }, ...inner], block),
      ),
    );
  }

  /** Rows that stay in the cache, for all columns, and then the next ones. */
  #groups(part: Part, pointing: Pointing): void {
    const { dtype } = this.#product;
    const { rows, columns, depth, isCopied } = part;
    const bytes = Math.max(1, turnsOf(depth)) * byteSize(dtype);
    const group = Math.max(this.#tile.rows, Math.floor(groupBytes / bytes));
    const liesApart = depth.at(-1)?.moves[A] !== 1;
    const isCopiedA = isCopied && liesApart && columns.size >= worthwhile;
    sequence(this.#text, dtype, blocks(rows.size, group), rows.moves, pointing, (size, here) => {
      if (!isCopiedA) {
        this.#tiles({ ...part, rows: { ...rows, size } }, here);
        return;
      }
      const to = `(scratch + ${bytesOfB / byteSize(dtype)})`;
      this.#copy({ across: rows.moves[A], operand: A }, this.#rowBlocks(size), depth, here, to);
      const [, moveB, moveInit, moveOut] = rows.moves;
      const side: Side = { size, moves: [turnsOf(depth), moveB, moveInit, moveOut] };
      const [, atB, atInit, atOut] = here.at;
      this.#tiles({ ...part, rows: side, isCopiedA }, { level: here.level, at: [to, atB, atInit, atOut] });
    });
  }

  #tiles(part: Part, pointing: Pointing): void {
    const { dtype } = this.#product;
    const { rows, columns } = part;
    sequence(
      this.#text,
      dtype,
      this.#stripes(columns.size),
      columns.moves,
      pointing,
      (width, stripe, isLast) =>
        sequence(
          this.#text,
          dtype,
          blocks(rows.size, this.#tile.rows),
          rows.moves,
          stripe,
          (height, { at }) => {
            const places = this.#places(columns.size, width, isLast, part.isCopied);
            const start = { zero: [], init: [at[INIT]], out: [at[OUT]] }[part.start];
            const name = this.#tileOf(part, height, width, places);
            this.#text.line(`${name}(${[at[A], at[B], ...start, at[OUT]].join(", ")});`);
          },
        ),
    );
  }

  /** Columns in stripes of whole vectors; the last one by itself where its last vector reaches over the end. */
  #stripes(columns: number): readonly Repeated[] {
    const lanes = this.#lanes;
    const runs = stripesOf(Math.ceil(columns / lanes), this.#tile.vectors).map(
      ([vectors, count]): Repeated => [vectors * lanes, count],
    );
    const [width, count] = runs.at(-1)!;
    if (columns % lanes === 0 || count === 1) return runs;
    return [...runs.slice(0, -1), [width, count - 1], [width, 1]];
  }

  /** The vectors of a stripe. One that would reach over the end begins earlier, and its first lanes are no results. */
  #places(columns: number, width: number, isLast: boolean, isCopied: boolean): readonly Place[] {
    const lanes = this.#lanes;
    const missing = isLast ? (lanes - (columns % lanes)) % lanes : 0;
    return Array.from({ length: width / lanes }, (_, i) => {
      const first = i === width / lanes - 1 ? missing : 0;
      const at = i * lanes - first;
      return { at, first, b: isCopied ? i * lanes : at };
    });
  }

  #tileOf(part: Part, height: number, width: number, places: readonly Place[]): string {
    const { rows, columns, depth, start, isCopied, isCopiedA } = part;
    const along = (role: typeof INIT | typeof OUT): Along => ({
      row: rows.moves[role],
      column: columns.moves[role],
    });
    const inner = (level: number): number => turnsOf(depth.slice(level + 1));
    return tileFunction(this.#functions, {
      dtype: this.#product.dtype,
      lanes: this.#lanes,
      rows: height,
      columns: places,
      k: depth.map(({ size, moves }, level) => ({
        size,
        a: isCopiedA ? height * inner(level) : moves[A],
        b: isCopied ? width * inner(level) : moves[B],
      })),
      a: isCopiedA ? 1 : rows.moves[A],
      start: start === "zero" ? undefined : along(start === "init" ? INIT : OUT),
      out: along(OUT),
    });
  }

  /** The panels of all stripes of so many columns. */
  #panelsOf(columns: number): readonly Panels[] {
    return this.#stripes(columns).map(([width, count], i, runs) => {
      const places = this.#places(columns, width, i === runs.length - 1, true);
      const whole = places.filter(({ first }) => first === 0).length * this.#lanes;
      const last = places.flatMap(({ at, b, first }) =>
        first > 0 ? [{ from: at, to: b, size: this.#lanes }] : [],
      );
      return { width, count, pieces: [{ from: 0, to: 0, size: whole }, ...last] };
    });
  }

  #rowBlocks(rows: number): readonly Panels[] {
    return blocks(rows, this.#tile.rows).map(([width, count]) => ({
      width,
      count,
      pieces: [{ from: 0, to: 0, size: width }],
    }));
  }

  /** Copy a block of a or b into panels: one after the other, in each step after step. */
  #copy(
    { across, operand }: Copied,
    all: readonly Panels[],
    depth: readonly Side[],
    pointing: Pointing,
    to: string,
  ): void {
    const { dtype } = this.#product;
    const steps = turnsOf(depth);
    const inner = depth.at(-1) ?? { size: 1, moves: [0, 0, 0, 0] as const };
    let first = 0;
    for (const { width, count, pieces } of all) {
      const loops = depth.slice(0, -1).map(({ size, moves }, level): Side => ({
        size,
        moves: [0, moves[operand], 0, width * turnsOf(depth.slice(level + 1))],
      }));
      const begin: Pointing = {
        level: pointing.level,
        at: ["", `(${pointing.at[operand]} + ${first * across})`, "", `(${to} + ${first * steps})`],
      };
      nestSides(this.#text, dtype, loops, begin, ({ at }) => {
        for (const piece of pieces) {
          const place = `${at[OUT]} + ${piece.to}, ${at[B]} + ${piece.from * across}`;
          if (piece.size === 0) continue;
          const pack = packFunction(this.#functions, { dtype, size: piece.size, across, width });
          const shape = `${inner.size}, ${inner.moves[operand]}, ${count}, ${steps * width}`;
          this.#text.line(`${pack}(${place}, ${shape});`);
        }
      });
      first += width * count;
    }
  }
}

/** A side that is copied: how far its rows or columns are from each other, in which operand. */
interface Copied {
  readonly across: number;
  readonly operand: typeof A | typeof B;
}

/** So many panels of a width, and from where in the side to where in a panel pieces of a step are copied. */
interface Panels {
  readonly width: number;
  readonly count: number;
  readonly pieces: readonly { readonly from: number; readonly to: number; readonly size: number }[];
}
