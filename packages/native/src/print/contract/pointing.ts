import type { Text } from "../text.ts";
import type { Factor } from "../vectors.ts";
import { times } from "../nest.ts";
import { A, B, INIT, OUT, type Product, type Side } from "./product.ts";
import type { Repeated } from "@unroll/core/engine";

/** Where a, b, init and out are: names of pointers. */
export interface Pointing {
  readonly level: number;
  readonly at: readonly [a: string, b: string, init: string, out: string];
}

/** The operands of a kernel's function, as those of a product. */
export const pointingAt = ({ operands }: Product): Pointing => ({
  level: 0,
  at: operands.map((operand) => `p${operand}`) as unknown as Pointing["at"],
});

const letters = ["a", "b", "s", "o"] as const;

/** Pointers moved on by a count of moves; those that stand still keep their names. */
export function movedOn(
  text: Text,
  dtype: Factor,
  { level, at }: Pointing,
  moves: Side["moves"],
  by: string,
): Pointing {
  const move = (role: number): string => {
    const from = at[role]!;
    if (moves[role] === 0) return from;
    const to = `${letters[role]}${level + 1}`;
    text.line(`${role === OUT ? "" : "const "}${dtype} *${to} = ${from} + ${times(by, moves[role]!)};`);
    return to;
  };
  return { level: level + 1, at: [move(A), move(B), move(INIT), move(OUT)] };
}

/** Loops around `body`, outer ones first. */
export function nestSides(
  text: Text,
  dtype: Factor,
  sides: readonly Side[],
  pointing: Pointing,
  body: (pointing: Pointing) => void,
): void {
  const [outer, ...inner] = sides;
  if (!outer) {
    body(pointing);
    return;
  }
  repeat(text, dtype, outer.size, 1, outer.moves, pointing, (next) =>
    nestSides(text, dtype, inner, next, body),
  );
}

/** `body` so many times, `step` moves apart. */
export function repeat(
  text: Text,
  dtype: Factor,
  count: number,
  step: number,
  moves: Side["moves"],
  pointing: Pointing,
  body: (pointing: Pointing) => void,
): void {
  const counter = `n${pointing.level}`;
  const by = step === 1 ? counter : `(i64)${counter} * ${step}`;
  text.block(`for (i32 ${counter} = 0; ${counter} < ${count}; ${counter}++)`, () =>
    body(movedOn(text, dtype, pointing, moves, `(${by})`)),
  );
}

/** Runs of moves one after another: `body` gets the length of each. */
export function sequence(
  text: Text,
  dtype: Factor,
  runs: readonly Repeated[],
  moves: Side["moves"],
  pointing: Pointing,
  body: (size: number, pointing: Pointing, isLast: boolean) => void,
): void {
  let first = 0;
  runs.forEach(([size, count], i) => {
    const isLast = i === runs.length - 1;
    text.block("", () => {
      const start = first === 0 ? pointing : movedOn(text, dtype, pointing, moves, String(first));
      if (count === 1) body(size, start, isLast);
      else repeat(text, dtype, count, size, moves, start, (here) => body(size, here, isLast));
    });
    first += size * count;
  });
}
