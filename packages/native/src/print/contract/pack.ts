import type { Functions } from "../functions.ts";
import type { Factor } from "../vectors.ts";

/** Steps and columns of a block that is turned at once. */
const side = 16;

/** What is copied into a panel: so many columns or rows of each step, which are so far from each other. */
export interface Piece {
  readonly dtype: Factor;
  readonly size: number;
  readonly across: number;
  /** Of the panel. */
  readonly width: number;
}

/** The function that copies a piece of a panel, step after step. It takes the number of steps and how far apart they are. */
export const packFunction = (functions: Functions, piece: Piece): string =>
  functions.named("pack", JSON.stringify(piece), (text, name) => {
    const { dtype, size, across, width } = piece;
    text.block(`KERNEL void ${name}(${dtype} *to, const ${dtype} *from, i32 steps, i64 along)`, () => {
      if (across === 1) {
        const copy = `__builtin_memcpy(to + k * ${width}ll, from + k * along, ${size} * sizeof(${dtype}))`;
        text.line(`for (i32 k = 0; k < steps; k++) ${copy};`);
        return;
      }
      text.block(`for (i32 first = 0; first < steps; first += ${side})`, () => {
        text.line(`const i32 last = first + ${side} < steps ? first + ${side} : steps;`);
        text.line(`for (i32 j = 0; j < ${size}; j++)`);
        text.line(
          `  for (i32 k = first; k < last; k++) to[k * ${width}ll + j] = from[k * along + j * ${across}ll];`,
        );
      });
    });
  });
