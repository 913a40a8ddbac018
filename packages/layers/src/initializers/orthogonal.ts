import type { Init, Random } from "@unroll/core";
import { matrix } from "./initializers.ts";

/**
 * A random matrix, every orthogonal one being as likely as any other, times `gain`: W W^T = gain^2 I when
 * it is wide, W^T W = gain^2 I when it is tall. Products of such matrices neither vanish nor explode.
 *
 * Throws: ShapeError for all but matrices.
 * Source: Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning in deep
 * linear neural networks, 2014, section 3.
 */
export const orthogonal =
  (gain = 1): Init =>
  (shape, random) => {
    const [rows, columns] = matrix("orthogonal", shape);
    const count = Math.min(rows, columns);
    const basis = orthonormal(count, Math.max(rows, columns), random);
    return Float64Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return gain * (rows <= columns ? basis[row]![column]! : basis[column]![row]!);
    });
  };

/**
 * Gram and Schmidt's way from normal vectors to orthonormal ones. It divides by lengths, which are
 * positive, and so is the QR decomposition with the signs that make the result uniform over orthogonal
 * matrices; Householder's needs them put right. Twice is enough: a second projection takes away what
 * rounding left of the first.
 */
function orthonormal(count: number, size: number, random: Random): readonly Float64Array[] {
  const basis: Float64Array[] = [];
  while (basis.length < count) {
    const vector = Float64Array.from({ length: size }, () => random.normal());
    for (const one of [...basis, ...basis]) subtractProjection(vector, one);
    const length = Math.sqrt(dot(vector, vector));
    basis.push(vector.map((x) => x / length));
  }
  return basis;
}

function subtractProjection(vector: Float64Array, onto: Float64Array): void {
  const along = dot(vector, onto);
  for (let i = 0; i < vector.length; i++) vector[i]! -= along * onto[i]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
