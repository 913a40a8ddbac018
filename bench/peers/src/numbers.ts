/** Numbers to compute with. Which ones makes no difference to how long it takes. */

/** Source: Steele and Vigna 2021, for the multiplier of a linear congruential generator. */
function* draws(): Generator<number, never> {
  for (let state = 1; ;) {
    state = (Math.imul(state, 0x915f77f5) + 1) >>> 0;
    yield state / 2 ** 32;
  }
}

const random = draws();

/** Between -limit and limit. */
export const uniform = (size: number, limit = 0.08): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: size }, () => limit * (2 * random.next().value - 1));

/** Below `kinds`. */
export const symbols = (size: number, kinds: number): Int32Array<ArrayBuffer> =>
  Int32Array.from({ length: size }, () => Math.floor(kinds * random.next().value));
