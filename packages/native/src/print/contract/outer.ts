import { blocks, byteSize, stripes as stripesOf, type Repeated } from "@unroll/core/engine";
import type { Functions } from "../functions.ts";
import type { Text } from "../text.ts";
import { blockingOf, bytesOfB, type Blocking } from "./blocking.ts";
import { printCopies, type Panels } from "./pack.ts";
import { nestSides, sequence, type Pointing } from "./pointing.ts";
import { A, B, INIT, OUT, turnsOf, type Product, type Side } from "./product.ts";
import { chooseTile, lanesFor, type TileSize } from "./tile-size.ts";
import { tileFunction, type Along, type Place } from "./tile.ts";

/** No step at all: what sums start from is put in its place. */
const noDepth: readonly Side[] = [{ size: 0, moves: [0, 0, 0, 0] }];

/** A part of a product that is computed in one go. */
interface Part {
  /** Loops over columns, outside of those below. */
  readonly stripes: readonly Side[];
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
 * A product by tiles: a vector of b and an element of a at a time, for as many results as there are registers. Each
 * result is summed in the order of the depth, whatever the tile. With `copiesB`, b is copied first, block by block, so
 * that a tile reads its columns from one end of a panel to the other.
 */
export class OuterPrinter {
  readonly #text: Text;
  readonly #functions: Functions;
  readonly #product: Product;
  readonly #copiesB: boolean;
  readonly #tile: TileSize;
  readonly #lanes: number;
  readonly #blocking: Blocking;

  constructor(text: Text, functions: Functions, product: Product, copiesB: boolean) {
    this.#text = text;
    this.#functions = functions;
    this.#product = product;
    this.#copiesB = copiesB;
    this.#tile = chooseTile(functions.target, product).tile;
    this.#lanes = lanesFor(functions.target, product);
    const tile = { rows: this.#tile.rows, columns: this.#tile.vectors * this.#lanes };
    this.#blocking = blockingOf(product, functions.target, tile, copiesB);
  }

  print(pointing: Pointing): void {
    const { batch, stripes, dtype } = this.#product;
    const outer = this.#copiesB ? [...batch, ...stripes] : batch;
    nestSides(this.#text, dtype, outer, pointing, (here) => {
      if (this.#copiesB) this.#printCopied(here);
      else this.#printAsItLies(here);
    });
  }

  #printAsItLies(pointing: Pointing): void {
    const { stripes, rows, columns, depth, hasInit } = this.#product;
    const first = hasInit ? "init" : "zero";
    const isCut = turnsOf(depth) > this.#blocking.depth;
    const part = { stripes, rows, columns, isCopied: false };
    if (isCut) this.#groups({ ...part, depth: noDepth, start: first }, pointing);
    this.#depths(pointing, (block, here) =>
      this.#groups({ ...part, depth: block, start: isCut ? "out" : first }, here),
    );
  }

  #printCopied(pointing: Pointing): void {
    const { rows, columns, depth, dtype, hasInit } = this.#product;
    const first = hasInit ? "init" : "zero";
    const isCut = turnsOf(depth) > this.#blocking.depth;
    const runs = stripesOf(columns.size, this.#blocking.columns);
    sequence(this.#text, dtype, runs, columns.moves, pointing, (size, here) => {
      const part = { stripes: [], rows, columns: { ...columns, size }, isCopied: false };
      if (isCut) this.#groups({ ...part, depth: noDepth, start: first }, here);
      this.#depths(here, (block, { level, at }) => {
        const [moveA, across, moveInit, moveOut] = columns.moves;
        this.#copy({ across, operand: B }, this.#panelsOf(size), block, { level, at }, "scratch");
        const moves: Side["moves"] = [moveA, turnsOf(block), moveInit, moveOut];
        const copied: Pointing = { level, at: [at[A], "scratch", at[INIT], at[OUT]] };
        const start = isCut ? "out" : first;
        this.#groups({ ...part, columns: { size, moves }, depth: block, start, isCopied: true }, copied);
      });
    });
  }

  /** Run through the depth in blocks, as even as can be. */
  #depths(pointing: Pointing, body: (block: readonly Side[], pointing: Pointing) => void): void {
    const { dtype, depth } = this.#product;
    const limit = this.#blocking.depth;
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
    const { rows, depth, stripes } = part;
    const group = this.#blocking.rows(turnsOf(depth));
    const columns = (part: Part, pointing: Pointing): void =>
      nestSides(this.#text, dtype, stripes, pointing, (here) => this.#tiles(part, here));
    sequence(this.#text, dtype, blocks(rows.size, group), rows.moves, pointing, (size, here) => {
      if (!this.#blocking.copiesA || turnsOf(depth) === 0) {
        columns({ ...part, rows: { ...rows, size } }, here);
        return;
      }
      const to = `(scratch + ${bytesOfB / byteSize(dtype)})`;
      this.#copy({ across: rows.moves[A], operand: A }, this.#rowBlocks(size), depth, here, to);
      const [, moveB, moveInit, moveOut] = rows.moves;
      const side: Side = { size, moves: [turnsOf(depth), moveB, moveInit, moveOut] };
      const [, atB, atInit, atOut] = here.at;
      columns({ ...part, rows: side, isCopiedA: true }, { level: here.level, at: [to, atB, atInit, atOut] });
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

  #copy(
    side: { readonly across: number; readonly operand: typeof A | typeof B },
    panels: readonly Panels[],
    depth: readonly Side[],
    pointing: Pointing,
    to: string,
  ): void {
    const { dtype } = this.#product;
    printCopies(this.#text, this.#functions, { dtype, ...side }, panels, depth, pointing, to);
  }
}
