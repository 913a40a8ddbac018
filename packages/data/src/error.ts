import { UnrollError } from "@unroll/core";

/** Data that do not suit what is asked of them: an unknown symbol, too short a text, an option out of its range. */
export class DataError extends UnrollError {
  override readonly name = "DataError";
}

/**
 * Check an option that counts something.
 *
 * Throws: DataError when it is no whole number of at least `least`.
 */
export function checkCount(op: string, name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new DataError(`${op}: ${name} is ${value}: it must be a whole number of at least ${least}.`);
}

/**
 * Check a seed.
 *
 * Throws: DataError when it is no whole number that JavaScript holds exactly.
 */
export function checkSeed(op: string, seed: number): void {
  if (Number.isSafeInteger(seed)) return;
  throw new DataError(`${op}: seed is ${seed}: it must be a whole number.`);
}
