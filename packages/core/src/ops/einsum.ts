import { ShapeError } from "../tensor/error.ts";
import { describeValue, type Value } from "../graph/node.ts";
import { sum } from "./broadcast.ts";
import { contract } from "./contract.ts";
import { expectFloats } from "./expect.ts";
import { transpose } from "./transpose.ts";

type Letters = readonly string[];

/** A value whose axes have letters. */
interface Term {
  readonly x: Value;
  readonly letters: Letters;
}

/**
 * Products summed over letters. Each operand names its axes by letters; equal letters run together, and
 * letters that the result lacks are summed over. More than two operands are contracted one by one from
 * the left.
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
  const [first, ...rest] = terms.map((term, i) => {
    const others = terms.toSpliced(i, 1).flatMap(({ letters }) => letters);
    return reduceTo(term, [...others, ...out]);
  });
  const product = rest.reduce((left, right, i) => {
    const later = rest.slice(i + 1).flatMap(({ letters }) => letters);
    return multiply(left, right, later.length === 0 ? out : [...out, ...later]);
  }, first!);
  return transpose(
    product.x,
    out.map((letter) => product.letters.indexOf(letter)),
  );
}

/** Sum over the letters that are not needed. */
function reduceTo({ x, letters }: Term, needed: Letters): Term {
  const axis = [...letters.keys()].filter((i) => !needed.includes(letters[i]!));
  if (axis.length === 0) return { x, letters };
  return { x: sum(x, { axis }), letters: letters.filter((letter) => needed.includes(letter)) };
}

/** The product of two terms, summed over letters that are not needed, with the others in the order needed. */
function multiply(a: Term, b: Term, needed: Letters): Term {
  const letters = [...new Set(needed)].filter((one) => a.letters.includes(one) || b.letters.includes(one));
  const names = { a: a.letters.join(""), b: b.letters.join(""), out: letters.join("") };
  return { x: contract(a.x, b.x, names), letters };
}

/** Read a formula and hold it against the operands. */
function parse(
  formula: string,
  xs: readonly Value[],
): { readonly terms: readonly Term[]; readonly out: Letters } {
  const [, left, right] = /^([a-zA-Z,]*)->([a-zA-Z]*)$/.exec(formula.replaceAll(" ", "")) ?? [];
  if (left === undefined || right === undefined) {
    throw new ShapeError(
      `einsum: "${formula}" is no formula: those have letters, commas between operands, and one arrow.`,
      'For example "ij,jk->ik".',
    );
  }
  const groups = left.split(",");
  if (groups.length !== xs.length) {
    const operands = `${groups.length} operand${groups.length === 1 ? "" : "s"}`;
    throw new ShapeError(`einsum: "${formula}" has ${operands}, and ${xs.length} were given.`);
  }
  const terms = xs.map((x, i) => ({ x, letters: groups[i]!.split("") }));
  const out = right.split("");
  checkSizes(formula, terms);
  checkResult(formula, terms, out);
  return { terms, out };
}

function checkSizes(formula: string, terms: readonly Term[]): void {
  const firsts = new Map<string, { readonly size: number; readonly x: Value }>();
  for (const { x, letters } of terms) {
    const fail = (what: string, remedy?: string): ShapeError =>
      new ShapeError(`einsum: "${formula}": ${what} ${describeValue(x)}.`, remedy);
    if (letters.length !== x.shape.length) throw fail(`"${letters.join("")}" does not name the axes of`);
    const double = firstDouble(letters);
    if (double !== undefined) {
      const eye = "cast(equal(unsqueeze(iota(n), 1), iota(n)), x.type.dtype)";
      throw fail(
        `the letter ${double} stands for two axes of`,
        `For a diagonal, use two letters and multiply by ${eye}.`,
      );
    }
    letters.forEach((letter, axis) => {
      const size = x.shape[axis]!;
      const first = firsts.get(letter) ?? { size, x };
      firsts.set(letter, first);
      if (first.size !== size) {
        throw fail(`the letter ${letter} is ${first.size} in ${describeValue(first.x)} and ${size} in`);
      }
    });
  }
}

function checkResult(formula: string, terms: readonly Term[], out: Letters): void {
  const fail = (what: string, remedy?: string): ShapeError =>
    new ShapeError(`einsum: "${formula}": ${what}`, remedy);
  const double = firstDouble(out);
  if (double !== undefined) throw fail(`the letter ${double} stands twice in the result.`);
  const unknown = out.find((letter) => !terms.some(({ letters }) => letters.includes(letter)));
  if (unknown === undefined) return;
  throw fail(
    `the letter ${unknown} of the result stands in no operand.`,
    "To repeat a value, use broadcastTo.",
  );
}

const firstDouble = (letters: Letters): string | undefined =>
  letters.find((letter, i) => letters.indexOf(letter) !== i);
