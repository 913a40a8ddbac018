import { ShapeError, UnrollError } from "@unroll/core";

/**
 * The largest absolute value of an eigenvalue of a square matrix: by how much a linear recurrence with these weights
 * grows per step in the long run.
 *
 * By the QR algorithm, since a power iteration does not settle when the largest eigenvalues are a complex pair, as
 * they mostly are for random matrices. It takes time of order n^3.
 *
 * Shapes: n n numbers, row by row.
 * Throws: ShapeError when that is no square; UnrollError for numbers that are not finite.
 * Source: Francis, The QR Transformation, 1961; Golub and Van Loan, Matrix Computations, 4th edition, sections 7.4
 * and 7.5.
 *
 *     spectralRadius(params.rnn.wh.data); // of an RNN's recurrent weights
 */
export function spectralRadius(matrix: ArrayLike<number>): number {
  const n = Math.round(Math.sqrt(matrix.length));
  if (n * n !== matrix.length) {
    throw new ShapeError(`spectralRadius: ${matrix.length} numbers are no square matrix.`);
  }
  const largest = Array.from(matrix).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  if (!(largest < Infinity)) throw new UnrollError("spectralRadius: some numbers are not finite.");
  if (largest === 0) return 0;
  const re = Float64Array.from(matrix, (x) => x / largest);
  toHessenberg(re, n);
  const found = eigenvalues({ n, re, im: new Float64Array(n * n) });
  return largest * found.reduce((most, z) => Math.max(most, abs(z)), 0);
}

interface Complex {
  readonly re: number;
  readonly im: number;
}

/** Real and imaginary parts of a matrix, row by row. */
interface ComplexMatrix {
  readonly n: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

// Squares neither overflow nor do they matter where they underflow: the largest entry is 1 to begin with.
const abs = ({ re, im }: Complex): number => Math.sqrt(re * re + im * im);
const plus = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im });
const times = (a: Complex, b: Complex): Complex => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
});
const scaled = (c: number, { re, im }: Complex): Complex => ({ re: c * re, im: c * im });
const conjugate = ({ re, im }: Complex): Complex => ({ re, im: -im });

/** The square root with a real part of at least 0. */
function squareRoot(z: Complex): Complex {
  const re = Math.sqrt(Math.max(0, (abs(z) + z.re) / 2));
  const im = Math.sqrt(Math.max(0, (abs(z) - z.re) / 2));
  return { re, im: z.im < 0 ? -im : im };
}

/**
 * A similar matrix, in place, with zeros below its first subdiagonal: one Householder reflection per column, from
 * both sides.
 */
function toHessenberg(a: Float64Array, n: number): void {
  for (let k = 0; k < n - 2; k++) {
    const v = Float64Array.from({ length: n }, (_, i) => (i > k ? a[i * n + k]! : 0));
    const norm = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    // What is 0 already needs no reflection.
    if (norm === Math.abs(v[k + 1]!)) continue;
    v[k + 1]! += v[k + 1]! < 0 ? -norm : norm;
    const factor = 2 / v.reduce((sum, x) => sum + x * x, 0);
    reflectRows(a, v, factor);
    reflectColumns(a, v, factor);
    for (let i = k + 2; i < n; i++) a[i * n + k] = 0;
  }
}

/** A - factor v (v^T A). */
function reflectRows(a: Float64Array, v: Float64Array, factor: number): void {
  const n = v.length;
  const along = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (v[i] === 0) continue;
    for (let j = 0; j < n; j++) along[j]! += v[i]! * a[i * n + j]!;
  }
  for (let i = 0; i < n; i++) {
    if (v[i] === 0) continue;
    for (let j = 0; j < n; j++) a[i * n + j]! -= factor * v[i]! * along[j]!;
  }
}

/** A - factor (A v) v^T. */
function reflectColumns(a: Float64Array, v: Float64Array, factor: number): void {
  const n = v.length;
  for (let i = 0; i < n; i++) {
    let along = 0;
    for (let j = 0; j < n; j++) along += a[i * n + j]! * v[j]!;
    for (let j = 0; j < n; j++) a[i * n + j]! -= factor * along * v[j]!;
  }
}

const at = ({ n, re, im }: ComplexMatrix, i: number, j: number): Complex => ({
  re: re[i * n + j]!,
  im: im[i * n + j]!,
});

/**
 * Of a Hessenberg matrix, which is used up: QR steps on the lowest block, which loses a row whenever one splits
 * off.
 */
function eigenvalues(h: ComplexMatrix): readonly Complex[] {
  const found: Complex[] = [];
  let steps = 0;
  for (let high = h.n - 1; high >= 0;) {
    const low = beginOfBlock(h, high);
    if (low === high) {
      found.push(at(h, high, high));
      high--;
      steps = 0;
    } else if (steps++ < 300) {
      // A step from time to time with another shift leads out of a circle.
      const shift = steps % 10 === 0 ? exceptionalShift(h, high) : wilkinsonShift(h, high);
      qrStep(h, low, high, shift);
    } else throw new UnrollError("spectralRadius: the QR algorithm does not converge.");
  }
  return found;
}

/**
 * The first row of the block that ends in `high`: above it the subdiagonal is 0, up to rounding of what stands
 * beside it or, where that is hardly anything, up to the square of the rounding of 1.
 */
function beginOfBlock(h: ComplexMatrix, high: number): number {
  for (let k = high; k > 0; k--) {
    const near = abs(at(h, k, k)) + abs(at(h, k - 1, k - 1));
    if (abs(at(h, k, k - 1)) <= Number.EPSILON * Math.max(near, Number.EPSILON)) return k;
  }
  return 0;
}

/** The eigenvalue of the last 2 x 2 that is nearer to the last entry. */
function wilkinsonShift(h: ComplexMatrix, high: number): Complex {
  const [a, d] = [at(h, high - 1, high - 1), at(h, high, high)];
  const bc = times(at(h, high - 1, high), at(h, high, high - 1));
  const half = scaled(0.5, plus(a, scaled(-1, d)));
  const root = squareRoot(plus(times(half, half), bc));
  const ends = [plus(half, root), plus(half, scaled(-1, root))] as const;
  return plus(d, abs(ends[0]) < abs(ends[1]) ? ends[0] : ends[1]);
}

const exceptionalShift = (h: ComplexMatrix, high: number): Complex =>
  plus(at(h, high, high), { re: abs(at(h, high, high - 1)), im: 0 });

/** H - shift = Q R, and the new H = R Q + shift, for the rows and columns of one block. */
function qrStep(h: ComplexMatrix, low: number, high: number, shift: Complex): void {
  const { n } = h;
  addToDiagonal(h, low, high, scaled(-1, shift));
  const rotations: (readonly [Complex, Complex])[] = [];
  for (let k = low; k < high; k++) {
    const [x, y] = [at(h, k, k), at(h, k + 1, k)];
    const r = Math.hypot(x.re, x.im, y.re, y.im);
    const [a, b] =
      r === 0
        ? [
            { re: 1, im: 0 },
            { re: 0, im: 0 },
          ]
        : [scaled(1 / r, x), scaled(1 / r, y)];
    rotations.push([a, b]);
    for (let j = k; j <= high; j++) rotate(h, k * n + j, (k + 1) * n + j, a, b);
  }
  rotations.forEach(([a, b], i) => {
    const k = low + i;
    for (let row = low; row <= Math.min(k + 1, high); row++) {
      rotate(h, row * n + k, row * n + k + 1, conjugate(a), conjugate(b));
    }
  });
  addToDiagonal(h, low, high, shift);
}

function addToDiagonal({ n, re, im }: ComplexMatrix, low: number, high: number, z: Complex): void {
  for (let k = low; k <= high; k++) {
    re[k * n + k]! += z.re;
    im[k * n + k]! += z.im;
  }
}

/** (u, v) becomes (conj(a) u + conj(b) v, a v - b u), which is a rotation when |a|^2 + |b|^2 = 1. */
function rotate({ re, im }: ComplexMatrix, p: number, q: number, a: Complex, b: Complex): void {
  const [ur, ui, vr, vi] = [re[p]!, im[p]!, re[q]!, im[q]!];
  re[p] = a.re * ur + a.im * ui + b.re * vr + b.im * vi;
  im[p] = a.re * ui - a.im * ur + b.re * vi - b.im * vr;
  re[q] = a.re * vr - a.im * vi - b.re * ur + b.im * ui;
  im[q] = a.re * vi + a.im * vr - b.re * ui - b.im * ur;
}
