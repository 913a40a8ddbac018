import { KeyError } from "./error.ts";
import { fromArray, type Tensor } from "./tensor.ts";

/** Four 32-bit words: a counter, or what is drawn at it. */
export type Words = readonly [number, number, number, number];

/** Two 32-bit words: which of 2^64 streams is drawn from. */
export type Key = readonly [number, number];

export const rounds = 10;

/** What a round multiplies two words of the counter by, and what it adds to the key. */
export const multipliers = [0xd2511f53, 0xcd9e8d57] as const;
export const increments = [0x9e3779b9, 0xbb67ae85] as const;

/** The last word of every counter says what for, so that a key never gives the same bits twice. */
export const purposes = { draw: 0, fork: 1, initialise: 2 } as const;

/**
 * Philox4x32-10: four words for every counter and key. Words are taken modulo 2^32.
 *
 * Source: Salmon, Moraes, Dror and Shaw, Parallel Random Numbers: As Easy as 1, 2, 3, 2011, section 3.3.
 */
export function philox(counter: Words, key: Key): Words {
  // Words are variables and 32-bit integers throughout: an array for each exchange, or floats, take twice as long.
  let [c0, c1, c2, c3] = [counter[0] | 0, counter[1] | 0, counter[2] | 0, counter[3] | 0];
  let [k0, k1] = [key[0] | 0, key[1] | 0];
  const [m0, m1] = [multipliers[0] | 0, multipliers[1] | 0];
  const [i0, i1] = [increments[0] | 0, increments[1] | 0];
  for (let round = 0; round < rounds; round++) {
    const high0 = multiplyHigh(m0, c0);
    const high1 = multiplyHigh(m1, c2);
    const low0 = Math.imul(m0, c0);
    const low1 = Math.imul(m1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + i0) | 0;
    k1 = (k1 + i1) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** The upper 32 bits of an unsigned product, by halves: sums of a product of halves and a half have 32 bits. */
function multiplyHigh(x: number, y: number): number {
  const x0 = x & 0xffff;
  const x1 = x >>> 16;
  const y0 = y & 0xffff;
  const y1 = y >>> 16;
  const middle = (Math.imul(x1, y0) + (Math.imul(x0, y0) >>> 16)) | 0;
  const other = (Math.imul(x0, y1) + (middle & 0xffff)) | 0;
  return (Math.imul(x1, y1) + (middle >>> 16) + (other >>> 16)) | 0;
}

/**
 * A random key: what the random ops of a graph draw from. A key is used once; `fork` makes several of one.
 *
 * Shapes: -> i32[2].
 * Throws: KeyError when the seed is no whole number of at most 53 bits.
 */
export const randomKey = (seed: number): Tensor =>
  fromArray({ dtype: "i32", shape: [2] }, Int32Array.from(seedWords("randomKey", seed)));

function seedWords(op: string, seed: number): Key {
  if (Number.isSafeInteger(seed)) return wordsOf(seed);
  throw new KeyError(`${op}: ${String(seed)} is no seed.`, "A seed is a whole number of at most 53 bits.");
}

/** A whole number as two words, the lower one first. */
const wordsOf = (n: number): Key => [n | 0, Math.floor(n / 2 ** 32) | 0];

/** Draws random numbers on the host, for initialisers and data. */
export interface Random {
  /** Uniform on [0, 1), with 53 bits. */
  uniform(): number;
  /** Normal with mean 0 and variance 1. */
  normal(): number;
}

/**
 * What the initialiser of a parameter draws from. It depends on the seed and the parameter's path and on nothing else,
 * so adding a parameter changes the initial numbers of no other.
 *
 * Throws: KeyError when the seed is no whole number of at most 53 bits.
 *
 * Source: Box and Muller, A Note on the Generation of Random Normal Deviates, 1958, for `normal`.
 */
export function hostRandom(seed: number, path: string): Random {
  const [low, high] = seedWords("init", seed);
  const key: Key = [low, fnv1a(path)];
  const waiting: number[] = [];
  let drawn = 0;
  const uniform = (): number => {
    if (waiting.length === 0) {
      const [index, overflow] = wordsOf(drawn++);
      const [a, b, c, d] = philox([index, overflow, high, purposes.initialise], key);
      waiting.push(unit(c, d), unit(a, b));
    }
    return waiting.pop()!;
  };
  const normal = (): number => {
    // 1 - u lies in (0, 1], where the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  };
  return { uniform, normal };
}

/** The upper 27 bits of a and 26 of b as a number in [0, 1). */
const unit = (a: number, b: number): number => ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53;

/**
 * A 32-bit hash of a text's UTF-8 bytes.
 *
 * Source: Fowler, Noll and Vo, FNV-1a.
 */
export const fnv1a = (text: string): number =>
  new TextEncoder().encode(text).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
