import type { Functions } from "../functions.ts";
import type { Text } from "../text.ts";
import type { Factor } from "../vectors.ts";
import { nestSides, type Pointing } from "./pointing.ts";
import { A, B, OUT, turnsOf, type Side } from "./product.ts";

/** Steps and columns of a block that is turned at once. */
const side = 16;

/** Steps that are copied to one panel before the next: lines of so many rows are read side by side. */
const together = 8;

/** A side that is copied: how far its rows or columns are from each other, in which operand. */
export interface Copied {
  readonly dtype: Factor;
  readonly across: number;
  readonly operand: typeof A | typeof B;
}

/** So many panels of a width, and from where in the side to where in a panel pieces of a step are copied. */
export interface Panels {
  readonly width: number;
  readonly count: number;
  readonly pieces: readonly { readonly from: number; readonly to: number; readonly size: number }[];
}

/** Copy a block of a or b into panels: one after the other, in each step after step. */
export function printCopies(
  text: Text,
  functions: Functions,
  { dtype, across, operand }: Copied,
  all: readonly Panels[],
  depth: readonly Side[],
  pointing: Pointing,
  to: string,
): void {
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
    nestSides(text, dtype, loops, begin, ({ at }) => {
      for (const piece of pieces) {
        const place = `${at[OUT]} + ${piece.to}, ${at[B]} + ${piece.from * across}`;
        if (piece.size === 0) continue;
        const pack = packFunction(functions, { dtype, size: piece.size, across, width });
        const shape = `${inner.size}, ${inner.moves[operand]}, ${count}, ${steps * width}`;
        text.line(`${pack}(${place}, ${shape});`);
      }
    });
    first += width * count;
  }
}

/** What is copied into a panel: so many columns or rows of each step, which are so far from each other. */
interface Piece {
  readonly dtype: Factor;
  readonly size: number;
  readonly across: number;
  /** Of the panel. */
  readonly width: number;
}

/**
 * The function that copies a piece of each of some panels. It takes the number of steps and how far apart they are, and
 * the number of panels and how far these are apart. Where columns are neighbours, a few steps are copied to all panels
 * before the next ones, since that is the order in which they lie.
 */
const packFunction = (functions: Functions, piece: Piece): string =>
  functions.named("pack", JSON.stringify(piece), (text, name) => {
    const { dtype, size, across, width } = piece;
    const parameters = [
      `${dtype} *to`,
      `const ${dtype} *from`,
      "i32 steps",
      "i64 along",
      "i32 panels",
      "i64 apart",
    ];
    const next = `from + panel * ${across * width}ll`;
    const panels = "for (i32 panel = 0; panel < panels; panel++)";
    const blocks = (size: number): string => `for (i32 first = 0; first < steps; first += ${size})`;
    const last = (size: number): string =>
      `const i32 last = first + ${size} < steps ? first + ${size} : steps;`;
    text.block(`KERNEL void ${name}(${parameters.join(", ")})`, () => {
      if (across === 1) {
        text.block(blocks(together), () => {
          text.line(last(together));
          const copy = `(to + panel * apart + k * ${width}ll, ${next} + k * along, ${size} * sizeof(${dtype}))`;
          text.line(`${panels} for (i32 k = first; k < last; k++) __builtin_memcpy${copy};`);
        });
        return;
      }
      text.block(`${panels} ${blocks(side)}`, () => {
        text.line(last(side));
        text.line(`for (i32 j = 0; j < ${size}; j++) for (i32 k = first; k < last; k++)`);
        text.line(`  to[panel * apart + k * ${width}ll + j] = (${next})[k * along + j * ${across}ll];`);
      });
    });
  });
