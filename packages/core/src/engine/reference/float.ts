const word = new DataView(new ArrayBuffer(8));

/** 2^n for -1022 <= n <= 1023, exactly: an exponent and no digits. */
function powerOfTwo(n: number): number {
  word.setUint32(0, (n + 1023) << 20);
  word.setUint32(4, 0);
  return word.getFloat64(0);
}

/** n of x = m 2^n with 1 <= |m| < 2, for finite x other than 0. */
export function exponent(x: number): number {
  word.setFloat64(0, x);
  const biased = (word.getUint32(0) >>> 20) & 0x7ff;
  // A subnormal number has no exponent of its own: 2^54 times it has.
  return biased === 0 && x !== 0 ? exponent(x * 2 ** 54) - 54 : biased - 1023;
}

/** x 2^n, rounded once. */
export function scale(x: number, n: number): number {
  if (n > 1023) return scale(x * powerOfTwo(1023), Math.min(n, 3 * 1023) - 1023);
  // On the way down 53 digits are kept in reserve, so that only the last step can round.
  if (n < -1022) return scale(x * powerOfTwo(-1022 + 53), Math.max(n, -3 * 1022) + 1022 - 53);
  return x * powerOfTwo(n);
}

/** The nearest whole number; of two equally near ones the even one. */
export const nearest = (x: number): number =>
  Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
