/** The eigenvalues of a symmetric matrix, and its eigenvectors as columns. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/**
 * By rotations that make one element off the diagonal zero after another, until none is left.
 *
 * Source: Jacobi, 1846; Golub and Van Loan, Matrix Computations, 2013, section 8.5.
 */
export function eigen(matrix: readonly Float64Array[]): Eigen {
  const n = matrix.length;
  const a = matrix.map((row) => row.slice());
  const vectors = a.map((_, i) => Float64Array.from({ length: n }, (_value, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let [off, all] = [0, 0];
    a.forEach((row, i) => row.forEach((x, j) => ([off, all] = [off + (i === j ? 0 : x * x), all + x * x])));
    if (!(off > 1e-30 * all)) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, p, q);
  }
  return { values: Float64Array.from(a, (row, i) => row[i]!), vectors };
}

function rotate(a: Float64Array[], vectors: Float64Array[], p: number, q: number): void {
  const apq = a[p]![q]!;
  if (apq === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (const row of [...a, ...vectors]) {
    const [x, y] = [row[p]!, row[q]!];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
  const [rowP, rowQ] = [a[p]!, a[q]!];
  rowP.forEach((x, k) => {
    const y = rowQ[k]!;
    rowP[k] = c * x - s * y;
    rowQ[k] = s * x + c * y;
  });
}
