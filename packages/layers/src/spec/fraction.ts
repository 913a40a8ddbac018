import { UnrollError } from "@unroll/core";

/**
 * Refuse what is no share of a whole: names what was made and which number is wrong.
 *
 * Throws: UnrollError.
 */
export function checkFractions(maker: string, fractions: Readonly<Record<string, number>>): void {
  for (const [name, x] of Object.entries(fractions)) {
    if (x >= 0 && x <= 1) continue;
    throw new UnrollError(`${maker}: ${name} is ${x}.`, "Choose a number from 0 to 1.");
  }
}
