/**
 * The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x, to 1e-15 of its value.
 *
 * Source: Abramowitz, Stegun, Handbook of Mathematical Functions, 1964, 7.1.6 and 7.1.14.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size < 1.5) return series(x);
  return Math.sign(x) * (1 - complement(size));
}

/** x exp(-x^2) 2/sqrt(pi) (1 + 2x^2/3 + (2x^2)^2/15 + ...): all terms have one sign, so nothing cancels. */
function series(x: number): number {
  let term = 1;
  let sum = 0;
  for (let n = 1; sum + term !== sum; n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * x * Math.exp(-x * x) * sum;
}

/** 1 - erf(x) for x > 1: exp(-x^2)/sqrt(pi) / (x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...)))), from the inside out. */
function complement(x: number): number {
  let fraction = x;
  for (let n = 100; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}
