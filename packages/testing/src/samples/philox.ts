const mask = 0xffffffffn;

/**
 * Philox4x32-10 in whole numbers without limits. Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3,
 * 2011.
 */
export function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map((word) => BigInt(word) & mask) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map((word) => BigInt(word) & mask) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const [a, b] = [0xd2511f53n * c0, 0xcd9e8d57n * c2];
    [c0, c1, c2, c3] = [(b >> 32n) ^ c1 ^ k0, b & mask, (a >> 32n) ^ c3 ^ k1, a & mask];
    [k0, k1] = [(k0 + 0x9e3779b9n) & mask, (k1 + 0xbb67ae85n) & mask];
  }
  return [c0, c1, c2, c3].map(Number);
}

/** `count` words that a key draws: first the first words of all counters, then the second ones. */
export function drawnWords(key: readonly number[], count: number): number[] {
  const counters = Math.ceil(count / 4);
  const draws = Array.from({ length: counters }, (_, i) => philox([i, 0, 0, 0], key));
  return [0, 1, 2, 3].flatMap((word) => draws.map((draw) => draw[word]!)).slice(0, count);
}

/** Key number i that a key forks into. */
export const forkedKey = (key: readonly number[], i: number): number[] =>
  philox([i, 0, 0, 1], key)
    .slice(0, 2)
    .map((word) => word | 0);

/** `sets` times `size` uniform numbers on [0, 1): 24 bits each in f32, and 53, of two words, in f64. */
export function drawnUniforms(key: readonly number[], sets: number, size: number, dtype: string): number[][] {
  const isDouble = dtype === "f64";
  const words = drawnWords(key, sets * size * (isDouble ? 2 : 1));
  const word = (set: number, i: number): number => words[set * size + i]!;
  return Array.from({ length: sets }, (_, set) =>
    Array.from({ length: size }, (_, i) =>
      isDouble
        ? ((word(2 * set, i) >>> 5) * 2 ** 26 + (word(2 * set + 1, i) >>> 6)) / 2 ** 53
        : (word(set, i) >>> 8) / 2 ** 24,
    ),
  );
}
