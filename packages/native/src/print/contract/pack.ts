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

/**
 * The function that copies a piece of each of some panels. It takes the number of steps and how far apart they are, and
 * the number of panels and how far these are apart. Where columns are neighbours, all of a step are copied before the next
 * step, since that is the order in which they lie.
 */
export const packFunction = (functions: Functions, piece: Piece): string =>
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
    text.block(`KERNEL void ${name}(${parameters.join(", ")})`, () => {
      if (across === 1) {
        text.line("for (i32 k = 0; k < steps; k++)");
        const copy = `(to + panel * apart + k * ${width}ll, ${next} + k * along, ${size} * sizeof(${dtype}))`;
        text.line(`  for (i32 panel = 0; panel < panels; panel++) __builtin_memcpy${copy};`);
        return;
      }
      const loop = `for (i32 panel = 0; panel < panels; panel++)`;
      text.block(`${loop} for (i32 first = 0; first < steps; first += ${side})`, () => {
        text.line(`const i32 last = first + ${side} < steps ? first + ${side} : steps;`);
        text.line(`for (i32 j = 0; j < ${size}; j++) for (i32 k = first; k < last; k++)`);
        text.line(`  to[panel * apart + k * ${width}ll + j] = (${next})[k * along + j * ${across}ll];`);
      });
    });
  });
