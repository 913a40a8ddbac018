import { byteSize } from "../../../tensor/type.ts";
import type { Callee, Local } from "../encode/code.ts";
import type { Emission } from "../emission.ts";
import * as i32 from "../encode/opcodes/i32.ts";
import type { Frame } from "../kernel/frame.ts";
import { sequence } from "../kernel/nest.ts";
import { steps } from "./depth.ts";
import { B, INIT, turnsOf, type Product } from "./product.ts";
import { blocks } from "../../../compiler/tiling.ts";

/** Bytes of a line of the cache. */
const line = 64;

/** Bytes of panels that do not stay in the cache from one run of a kernel to the next. */
const most = 2 ** 19;

/** Bytes of panels that are fetched at once: so many that waiting for the first of them does not count. */
const together = 2 ** 17;

/**
 * Run through a product in groups of panels of b, whose memory is fetched before it is needed, if all of b is too large
 * to be in the cache. The first tile of a panel would wait for every page of it, and tiles for what their sums start
 * from: fetched at once, lines arrive side by side. `body` gets the product of a group.
 */
export function eachGroup(
  frame: Frame,
  product: Product,
  addresses: readonly Local[],
  body: (part: Product) => void,
): void {
  const { f, emission } = frame;
  const { columns, depth, dtype, rows, hasInit } = product;
  const [panels, ...others] = product.stripes;
  const bytes = columns.size * steps(depth) * byteSize(dtype);
  const isLarge = turnsOf(product.stripes) * bytes > most;
  if (panels?.moves[B] !== bytes || others.length > 0 || !isLarge) {
    body(product);
    return;
  }
  const width = columns.size * byteSize(dtype);
  const isRow = hasInit && rows.moves[INIT] !== 0 && panels.moves[INIT] === width;
  const limit = Math.max(1, Math.floor(together / bytes));
  sequence(f, blocks(panels.size, limit), panels.moves, addresses, (count) => {
    f.do([addresses[B]!, fetchFunction(emission, { rows: 1, stride: 0, bytes: count * bytes })]);
    if (isRow) {
      const area = { rows: rows.size, stride: rows.moves[INIT]!, bytes: count * width };
      f.do([addresses[INIT]!, fetchFunction(emission, area)]);
    }
    body({ ...product, stripes: [{ ...panels, size: count }] });
  });
}

/** Rows of memory, and by how many bytes they are apart. */
interface Area {
  readonly rows: number;
  readonly stride: number;
  readonly bytes: number;
}

const drop = 0x1a;

/** Lines that are read in one turn. */
const unroll = 16;

/**
 * A function of an address that reads from every line of an area. Loads may trap, so hosts do those that nobody uses.
 */
const fetchFunction = (emission: Emission, { rows, stride, bytes }: Area): Callee =>
  emission.module.shared(`fetch ${rows} ${stride} ${bytes}`, () =>
    emission.module.function(["i32"], [], (f) => {
      const [row] = f.parameters as [Local];
      const lines = Math.ceil(bytes / line);
      f.repeat(rows, () => {
        const at = f.let("i32", row);
        sequence(
          f,
          [[unroll, Math.floor(lines / unroll)] as const, [lines % unroll, 1] as const].filter(
            ([n, count]) => n * count > 0,
          ),
          [line],
          [at],
          (count) => {
            for (let i = 0; i < count; i++) f.do([i32.load({ address: at, offset: i * line }), drop]);
          },
        );
        f.free(at);
        f.advance(row, stride);
      });
    }),
  );
