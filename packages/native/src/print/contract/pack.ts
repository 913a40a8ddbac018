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
        const shape = `${inner.size}, ${inner.moves[operand]}, ${count}, ${steps * width}`;
        const { size } = piece;
        if (across === 1)
          text.line(`${copyFunction(functions, { dtype, size, width })}(${place}, ${shape});`);
        else
          text.line(`${turnFunction(functions, dtype)}(${place}, ${shape}, ${size}, ${across}, ${width});`);
      }
    });
    first += width * count;
  }
}

/** The parameters of functions that copy: steps and how far apart they are, panels and how far apart these are. */
const parametersOf = (dtype: Factor): string =>
  `${dtype} *to, const ${dtype} *from, i32 steps, i64 along, i32 panels, i64 apart`;

const eachPanel = "for (i32 panel = 0; panel < panels; panel++)";

/** A loop over blocks of so many steps. */
function eachBlock(text: Text, around: string, most: number, body: string): void {
  text.block(`${around}for (i32 first = 0; first < steps; first += ${most})`, () => {
    text.line(`const i32 last = first + ${most} < steps ? first + ${most} : steps;`);
    text.line(body);
  });
}

/** What is copied into a panel: so many columns or rows of each step, which are neighbours. */
interface Piece {
  readonly dtype: Factor;
  readonly size: number;
  /** Of the panel. */
  readonly width: number;
}

/**
 * The function that copies a piece of each of some panels. A few steps are copied to all panels before the next ones,
 * since that is the order in which they lie.
 */
const copyFunction = (functions: Functions, piece: Piece): string =>
  functions.named("copy", JSON.stringify(piece), (text, name) => {
    const { dtype, size, width } = piece;
    const [to, from] = [`to + panel * apart + k * ${width}ll`, `from + panel * ${width}ll + k * along`];
    text.block(`KERNEL void ${name}(${parametersOf(dtype)})`, () => {
      const copy = `__builtin_memcpy(${to}, ${from}, ${size} * sizeof(${dtype}));`;
      eachBlock(text, "", together, `${eachPanel} for (i32 k = first; k < last; k++) ${copy}`);
    });
  });

/**
 * The same where columns or rows are `across` apart: one function for all sizes, because it waits for memory anyway.
 */
const turnFunction = (functions: Functions, dtype: Factor): string =>
  functions.named("turn", dtype, (text, name) => {
    text.block(`KERNEL void ${name}(${parametersOf(dtype)}, i32 size, i64 across, i64 width)`, () => {
      const copy =
        "to[panel * apart + k * width + j] = from[panel * width * across + k * along + j * across];";
      const loops = "for (i32 j = 0; j < size; j++) for (i32 k = first; k < last; k++)";
      eachBlock(text, `${eachPanel} `, side, `${loops} ${copy}`);
    });
  });
