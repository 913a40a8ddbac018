import { byteSize } from "../../../tensor/type.ts";
import type { Code, Local } from "../encode/code.ts";
import { chooseOuterTile } from "./direct.ts";
import type { Strategy } from "./contract.ts";
import { steps, writeDepth } from "./depth.ts";
import type { Frame } from "../kernel/frame.ts";
import { outerTileFunction } from "./outer-tile.ts";
import { nest, sequence, type Span } from "../kernel/nest.ts";
import * as i32 from "../encode/opcodes/i32.ts";
import { rowsWithin } from "./pages.ts";
import { inPanels, panelLayout, writePanels, type Panels } from "./panels.ts";
import { A, apart, B, OUT, turnsOf, worthCopying, type Product } from "./product.ts";
import { blocks, blocksOf, stripes as stripesOf } from "../../../compiler/tiling.ts";
import type { Tile } from "./tile.ts";
import { eachStripe, writeStripe, type Start, type Tiling } from "./tiles.ts";

/** Columns from which on copying a pays; of b see `worthCopying`. */
const wide = 64;

/** Steps of a sum from which on copies of a pay. */
const deep = 512;

/** Bytes of the panels that one tile reads: three quarters of the first cache. */
const bytesOfTile = 3 * 2 ** 13;

/** Bytes of both sides that are copied at once. What is copied of a is read for every stripe of b. */
const bytesOfA = 2 ** 17;
const bytesOfB = 2 ** 20;

/** What modules call the address of memory that a kernel may use while it runs. Every thread has its own. */
export const scratchName = "scratch";

/** Bytes of it. */
export const scratchSize: number = bytesOfB + bytesOfA;

/**
 * Tiles that read copies of what lies apart, made block by block: a step of a tile then reads from one end of a panel
 * to the other, and all of a block stays in the cache. Elements that are a power of two apart would push each other
 * out.
 */
export function packedStrategy(
  frame: Frame,
  product: Product,
  addresses: readonly Local[],
): Strategy | undefined {
  const { rows, columns, depth, batch, stripes } = product;
  const liesApart = apart(product);
  const copiesA = liesApart.a && columns.size >= wide && steps(depth) > deep;
  const copiesB = liesApart.b && rows.size >= worthCopying;
  if (!(copiesA || copiesB)) return undefined;
  const { tile, cycles } = chooseOuterTile(frame, product, 1, (each) => mostSteps(product, each));
  // Rows of b are read a few elements at a time, which takes longer than reading rows of a from end to end.
  const copied = (copiesA ? 0.5 * rows.size : 0) + (copiesB ? 1.2 * columns.size : 0);
  const writer = new PackedWriter(frame, product, addresses, { tile, copiesA, copiesB });
  return {
    cycles: turnsOf([...batch, ...stripes]) * (cycles + copied * steps(depth)),
    chains: 0,
    write: () => writer.write(),
  };
}

/** Steps of a sum that one copy is made for: as many as the panels of a tile may have. */
const mostSteps = ({ dtype, lanes }: Product, { rows, vectors }: Tile): number =>
  Math.floor(bytesOfTile / byteSize(dtype) / (rows + vectors * lanes));

interface Choice {
  readonly tile: Tile;
  readonly copiesA: boolean;
  readonly copiesB: boolean;
}

class PackedWriter {
  readonly #frame: Frame;
  readonly #product: Product;
  readonly #addresses: readonly Local[];
  readonly #choice: Choice;

  constructor(frame: Frame, product: Product, addresses: readonly Local[], choice: Choice) {
    this.#frame = frame;
    this.#product = product;
    this.#addresses = addresses;
    this.#choice = choice;
  }

  write(): void {
    const { f } = this.#frame;
    const { batch, stripes, columns, depth, hasInit } = this.#product;
    const addresses = this.#addresses;
    const { tile } = this.#choice;
    const size = byteSize(this.#product.dtype);
    const width = tile.vectors * this.#product.lanes;
    const mostDepth = mostSteps(this.#product, tile);
    const mostColumns = bytesOfB / size / mostDepth;
    nest(f, [...batch, ...stripes], addresses, () => {
      sequence(f, blocksOf(columns.size, width, mostColumns), columns.moves, addresses, (count) => {
        const part = { ...this.#product, stripes: [], columns: { ...columns, size: count } };
        const first = hasInit ? "init" : "zero";
        writeDepth(f, depth, mostDepth, first, addresses, (block, start) =>
          this.#writeBlock(part, block, start),
        );
      });
    });
  }

  /** Add the sums over one block of the depth to all results. */
  #writeBlock(product: Product, depth: readonly Span[], start: Start): void {
    const { f, emission } = this.#frame;
    const { rows, columns, dtype, lanes } = product;
    const { tile } = this.#choice;
    const isEmpty = steps(depth) === 0;
    const [copiesA, copiesB] = [this.#choice.copiesA && !isEmpty, this.#choice.copiesB && !isEmpty];
    const scratch = emission.module.global(scratchName);
    const panels = { [A]: f.local("i32"), [B]: f.local("i32") };
    const isCopied = { [A]: copiesA, [B]: copiesB };
    const addresses = this.#addresses.map((address, i) =>
      (i === A || i === B) && isCopied[i] ? panels[i] : address,
    );
    const copy = (side: Panels & { readonly operand: typeof A | typeof B }, to: Code): void => {
      writePanels(this.#frame, dtype, side, this.#addresses[side.operand]!, to);
      f.set(panels[side.operand], to);
    };
    const panelsOfB = {
      operand: B,
      side: columns,
      depth,
      parts: stripesOf(columns.size, tile.vectors * lanes),
    } as const;
    if (copiesB) copy(panelsOfB, scratch);
    const layoutOf = (size: number): ReturnType<typeof panelLayout> => panelLayout(dtype, depth, size);
    const bytesOfRow = Math.max(1, steps(depth)) * byteSize(dtype);
    const mostRows = Math.min(bytesOfA / bytesOfRow, rowsWithin(rows, [OUT], bytesOfRow));
    sequence(f, blocksOf(rows.size, tile.rows, mostRows), rows.moves, this.#addresses, (size) => {
      const panelsOfA = {
        operand: A,
        side: { ...rows, size },
        depth,
        parts: blocks(size, tile.rows),
      } as const;
      if (copiesA) copy(panelsOfA, i32.add(scratch, i32.const(bytesOfB)));
      const tiling: Tiling = {
        rows: tile.rows,
        depth,
        start,
        ...(copiesA ? { layoutOfA: layoutOf } : {}),
        ...(copiesB ? { layoutOfB: layoutOf } : {}),
        functionOf: (kernel) => outerTileFunction(emission, kernel),
      };
      const part = {
        ...product,
        rows: copiesA ? inPanels(dtype, panelsOfA) : panelsOfA.side,
        columns: copiesB ? inPanels(dtype, panelsOfB) : columns,
      };
      eachStripe(this.#frame, part, addresses, tile.vectors * lanes, (width) =>
        writeStripe(this.#frame, part, addresses, width, tiling),
      );
    });
    f.free(panels[A], panels[B]);
  }
}
