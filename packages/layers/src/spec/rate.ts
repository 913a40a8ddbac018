import { UnrollError } from "@unroll/core";

/**
 * Refuse what is no probability of dropping: names what was made and which rate is wrong.
 *
 * Throws: UnrollError.
 */
export function checkRate(maker: string, name: string, rate: number): void {
  if (rate >= 0 && rate < 1) return;
  throw new UnrollError(`${maker}: the rate of ${name} is ${rate}.`, "Rates are in [0, 1).");
}
