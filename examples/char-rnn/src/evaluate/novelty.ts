/** How much of a text stands in another one. */

/** The share of a text's substrings of some length that another text lacks. */
export interface Novelty {
  readonly length: number;
  /** Substrings of the text, repeated ones too. */
  readonly substrings: number;
  readonly novel: number;
}

/**
 * For every length up to `longest`: how many of the substrings of `text` do not occur in `known`. Lengths count code
 * points, and a text that is shorter has no substring.
 *
 * After torch-rnn's novel_substrings. A substring of `known` is looked up by a hash that moves along with it, and only
 * when it is found are both compared.
 *
 * Source: Karp and Rabin, Efficient randomized pattern-matching algorithms, 1987.
 */
export function noveltyOf(text: string, known: string, longest: number): readonly Novelty[] {
  const [a, b] = [codePointsOf(text), codePointsOf(known)];
  const lengths = Array.from({ length: Math.min(longest, a.length) }, (_, i) => i + 1);
  return lengths.map((length) => {
    const missing = distinct(a, length);
    const substrings = a.length - length + 1;
    let novel = substrings;
    eachHash(b, length, (hash, at) => {
      const here = missing.get(hash);
      const i = here?.findIndex(({ place }) => isSame(a, place, b, at, length)) ?? -1;
      // What has been found once is not looked for any more.
      if (here && i >= 0) novel -= here.splice(i, 1)[0]!.times;
    });
    return { length, substrings, novel };
  });
}

const codePointsOf = (text: string): Uint32Array =>
  Uint32Array.from(Array.from(text), (character) => character.codePointAt(0)!);

/** A substring: where it stands first, and how often it stands there. */
interface Substring {
  readonly place: number;
  times: number;
}

function distinct(text: Uint32Array, length: number): ReadonlyMap<number, Substring[]> {
  const byHash = new Map<number, Substring[]>();
  eachHash(text, length, (hash, place) => {
    const here = byHash.get(hash) ?? [];
    const known = here.find((other) => isSame(text, other.place, text, place, length));
    if (known) known.times++;
    else byHash.set(hash, [...here, { place, times: 1 }]);
  });
  return byHash;
}

/** A polynomial of the code points modulo 2^32, which drops its highest term as it takes a new one in. */
function eachHash(text: Uint32Array, length: number, visit: (hash: number, at: number) => void): void {
  const base = 0x01000193;
  let highest = 1;
  for (let i = 1; i < length; i++) highest = Math.imul(highest, base);
  let hash = 0;
  for (let i = 0; i < text.length; i++) {
    if (i >= length) hash = (hash - Math.imul(text[i - length]!, highest)) | 0;
    hash = (Math.imul(hash, base) + text[i]!) | 0;
    if (i + 1 >= length) visit(hash, i + 1 - length);
  }
}

function isSame(a: Uint32Array, i: number, b: Uint32Array, j: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (a[i + k] !== b[j + k]) return false;
  return true;
}
