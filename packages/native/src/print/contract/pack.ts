import type { Functions } from "../functions.ts";
import type { Factor } from "../vectors.ts";

/** Steps and columns of a block that is turned at once. */
const side = 16;

/** The function that copies some columns of b into a panel, step after step, whichever way they lie. */
export const packFunction = (functions: Functions, dtype: Factor): string =>
  functions.named("pack", dtype, (text, name) => {
    const parameters = [
      `${dtype} *to`,
      `const ${dtype} *from`,
      "i32 columns",
      "i64 across",
      "i32 steps",
      "i64 along",
      "i64 width",
    ];
    text.block(`KERNEL void ${name}(${parameters.join(", ")})`, () => {
      text.block("if (across == 1)", () => {
        text.block("for (i32 k = 0; k < steps; k++)", () => {
          text.line("INDEPENDENT");
          text.line("for (i32 j = 0; j < columns; j++) to[k * width + j] = from[k * along + j];");
        });
        text.line("return;");
      });
      text.block(`for (i32 first = 0; first < steps; first += ${side})`, () => {
        text.line(`const i32 last = first + ${side} < steps ? first + ${side} : steps;`);
        text.block("for (i32 j = 0; j < columns; j++)", () =>
          text.line("for (i32 k = first; k < last; k++) to[k * width + j] = from[k * along + j * across];"),
        );
      });
    });
  });
