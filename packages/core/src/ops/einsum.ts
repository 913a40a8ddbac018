import { ShapeError } from "../tensor/error.ts";
import { describeValue, type Value } from "../graph/node.ts";
import { sum } from "./broadcast.ts";
import { contract } from "./contract.ts";
import { expectFloats } from "./expect.ts";
import { transpose } from "./transpose.ts";

/** A value whose axes have letters. */
interface Term {
  readonly x: Value;
  readonly letters: string;
}

/**
 * Products summed over letters. Each operand names its axes by letters; equal letters run together, and letters that the
 * result lacks are summed over. More than two operands are contracted pair by pair from the left.
 *
 * Shapes: as the formula says.
 * Gradient: that of a product of sums; dx is a formula with letters exchanged.
 * Throws: ShapeError when the formula does not fit the operands; DTypeError for all but floats.
 *
 *     einsum("bld,bd->bl", notes, query); // the inner product of every note with the query
 */
export function einsum(formula: string, ...xs: readonly Value[]): Value {
  expectFloats("einsum", xs);
  const { terms, out } = parse(formula, xs);
  const [first, ...rest] = terms.map((term, i) =>
    reduceOwn(term, [...terms.toSpliced(i, 1), { letters: out }]),
  );
  const product = rest.reduce((left, right, i) => multiply(left, right, rest.slice(i + 1), out), first!);
  return transpose(
    product.x,
    [...out].map((letter) => product.letters.indexOf(letter)),
  );
}

/** Sum over the letters that stand in no other place. */
function reduceOwn({ x, letters }: Term, others: readonly { readonly letters: string }[]): Term {
  const isOwn = (letter: string): boolean => others.every((other) => !other.letters.includes(letter));
  const axis = [...letters].flatMap((letter, i) => (isOwn(letter) ? [i] : []));
  if (axis.length === 0) return { x, letters };
  return { x: sum(x, { axis }), letters: [...letters].filter((letter) => !isOwn(letter)).join("") };
}

/** The product of two terms, with the letters that are needed later. */
function multiply(a: Term, b: Term, later: readonly Term[], out: string): Term {
  const isNeeded = (letter: string): boolean =>
    [out, ...later.map((term) => term.letters)].join("").includes(letter);
  const union = [...new Set(a.letters + b.letters)].filter(isNeeded).join("");
  const letters = later.length === 0 ? out : union;
  return { x: contract(a.x, b.x, { a: a.letters, b: b.letters, out: letters }), letters };
}

/** Read a formula and hold it against the operands. */
function parse(
  formula: string,
  xs: readonly Value[],
): { readonly terms: readonly Term[]; readonly out: string } {
  const fail = (what: string, remedy?: string): never => {
    throw new ShapeError(`einsum: "${formula}": ${what}`, remedy);
  };
  const [, left, out] = /^([a-zA-Z,]*)->([a-zA-Z]*)$/.exec(formula.replaceAll(" ", "")) ?? [];
  if (left === undefined || out === undefined) {
    return fail("a formula has letters, commas between operands, and one arrow.", 'For example "ij,jk->ik".');
  }
  const groups = left.split(",");
  if (groups.length !== xs.length)
    fail(`it has ${groups.length} operand${groups.length === 1 ? "" : "s"}, and ${xs.length} were given.`);
  const terms = xs.map((x, i) => ({ x, letters: groups[i]! }));

  const sizes = new Map<string, { readonly size: number; readonly x: Value }>();
  for (const { x, letters } of terms) {
    if (letters.length !== x.shape.length)
      fail(`"${letters}" does not name the axes of ${describeValue(x)}.`);
    const double = twice(letters);
    if (double) {
      fail(
        `the letter ${double} stands twice in "${letters}", which would be a diagonal.`,
        `Use two letters, and multiply by cast(equal(unsqueeze(iota(n), 1), iota(n)), x.type.dtype) to take it.`,
      );
    }
    x.shape.forEach((size, axis) => {
      const letter = letters[axis]!;
      const known = sizes.get(letter) ?? { size, x };
      if (known.size !== size) {
        fail(
          `the letter ${letter} is ${known.size} in ${describeValue(known.x)} and ${size} in ${describeValue(x)}.`,
        );
      }
      sizes.set(letter, known);
    });
  }
  const double = twice(out);
  if (double) fail(`the letter ${double} stands twice in the result.`);
  const unknown = [...out].find((letter) => !sizes.has(letter));
  if (unknown)
    fail(`the letter ${unknown} of the result stands in no operand.`, "To repeat a value, use broadcastTo.");
  return { terms, out };
}

/** The first letter that occurs twice. */
const twice = (letters: string): string | undefined =>
  [...letters].find((letter, i) => letters.indexOf(letter) !== i);
