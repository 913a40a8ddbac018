import { ShapeError } from "../tensor/error.ts";
import type { Shape } from "../tensor/type.ts";
import { applyOp, describeValue, type Op, type Value } from "../graph/node.ts";
import { contraction, type Letters } from "./contract.ts";
import { expectFloats } from "./expect.ts";
import { reshape } from "./reshape.ts";

const matmulOp: Op<Letters> = contraction("matmul");

/**
 * Matrix product over the last two axes. The axes in front of them are batches and broadcast; so when b is a
 * matrix, every row of a is multiplied by it, however the rows are arranged.
 *
 * Shapes: [m, k], [k, n] -> [m, n]; [t, b, k], [k, n] -> [t, b, n]; [b, m, k], [b, k, n] -> [b, m, n]
 * Gradient: da = dy b^T, db = a^T dy, summed over the batches for which an operand was repeated.
 * Throws: ShapeError when an operand has fewer than two axes or sizes differ; DTypeError for all but floats.
 *
 *     matmul(hs, transpose(table)); // [T, B, H], [V, H] -> [T, B, V]
 */
export function matmul(a: Value, b: Value): Value {
  expectFloats("matmul", [a, b]);
  checkMatrices(a, b);
  const batch = batchAxes(a, b);
  const matrix = (x: Value): Shape => x.shape.slice(-2);
  return applyOp(
    matmulOp,
    [reshape(a, [...batch.a.shape, ...matrix(a)]), reshape(b, [...batch.b.shape, ...matrix(b)])],
    { a: `${batch.a.letters}mk`, b: `${batch.b.letters}kn`, out: `${batch.letters}mn` },
  )[0]!;
}

const both = (a: Value, b: Value): string => `matmul: ${describeValue(a)} and ${describeValue(b)}`;

function checkMatrices(a: Value, b: Value): void {
  const vector = [a, b].find((x) => x.shape.length < 2);
  if (vector) {
    const name = vector.label ?? (vector === a ? "a" : "b");
    const turned = vector === a ? `a row: unsqueeze(${name}, 0).` : `a column: unsqueeze(${name}, 1).`;
    throw new ShapeError(
      `${both(a, b)}: both need two axes or more.`,
      vector.shape.length === 0 ? "To multiply by a scalar, use mul." : `Make the vector ${turned}`,
    );
  }
  const [inner, rows] = [a.shape.at(-1)!, b.shape.at(-2)!];
  if (inner === rows) return;
  throw new ShapeError(
    `${both(a, b)}: inner sizes ${inner} and ${rows} differ.`,
    inner === b.shape.at(-1) ? `Did you mean transpose(${b.label ?? "b"})?` : sizesRemedy(a, b),
  );
}

/** Which size to change, when an operand has a name to speak of. */
const sizesRemedy = (a: Value, b: Value): string | undefined =>
  b.label &&
  `Give ${b.label} ${a.shape.at(-1)} rows, or ${a.label ?? "the left side"} a last axis of ${b.shape.at(-2)}.`;

/** Batch axes with their letters. */
interface Batch {
  readonly letters: string;
  readonly shape: Shape;
}

/** Letters for batch axes: all but those of the matrices. */
const alphabet = "abcdefghijlopqrstuvwxyz".split("");

/** Batch axes aligned from behind. An operand lacks the letters for which it is repeated. */
function batchAxes(a: Value, b: Value): { readonly letters: string; readonly a: Batch; readonly b: Batch } {
  const rank = Math.max(a.shape.length, b.shape.length) - 2;
  const letters = alphabet.slice(0, rank);
  const sizeOf = (x: Value, i: number): number | undefined => x.shape[x.shape.length - 2 - rank + i];
  letters.forEach((_, i) => {
    const sizes = [sizeOf(a, i) ?? 1, sizeOf(b, i) ?? 1];
    if (sizes[0] === sizes[1] || sizes.includes(1)) return;
    throw new ShapeError(`${both(a, b)} do not broadcast: axis ${i - rank - 2} is ${sizes.join(" and ")}.`);
  });
  const own = (x: Value, other: Value): Batch => {
    const isOwn = (i: number): boolean =>
      sizeOf(x, i) !== undefined && (sizeOf(x, i) !== 1 || (sizeOf(other, i) ?? 1) === 1);
    const axes = [...letters.keys()].filter(isOwn);
    return { letters: axes.map((i) => letters[i]).join(""), shape: axes.map((i) => sizeOf(x, i)!) };
  };
  return { letters: letters.join(""), a: own(a, b), b: own(b, a) };
}
