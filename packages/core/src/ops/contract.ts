import type { TensorType } from "../tensor/type.ts";
import { applyOp, type Op, type Value } from "../graph/node.ts";

/**
 * The axes of two operands and of their product, named by letters. Letters of one operand only are those of
 * the product too; letters of both are summed over when the product lacks them.
 */
export interface Letters {
  readonly a: string;
  readonly b: string;
  readonly out: string;
}

/** The record of a contraction, under the name by which users know it. */
export function contraction(name: string): Op<Letters> {
  return {
    name,
    infer([a, b], letters) {
      const sizes = new Map([...named(letters.a, a!), ...named(letters.b, b!)]);
      return [{ dtype: a!.dtype, shape: letters.out.split("").map((letter) => sizes.get(letter)!) }];
    },
    // The product changes places with an operand. What repeated the operand, a batch axis say, is in dy and
    // in the other one, and is summed over on the way: no larger product is ever made.
    vjp: ({ inputs: [a, b], attrs: letters }, [dy], wanted) => [
      dy && wanted[0] ? contract(dy, b!, { a: letters.out, b: letters.b, out: letters.a }) : undefined,
      dy && wanted[1] ? contract(a!, dy, { a: letters.a, b: letters.out, out: letters.b }) : undefined,
    ],
    lower: {
      kernels({ inputs: [a, b], outputs: [y], attrs: letters }, to) {
        to.contract({ a: to.read(a!), b: to.read(b!), out: to.target(y!), letters });
      },
    },
    traits: { contraction: (letters) => letters },
    show: ({ a, b, out }) => `${a},${b}->${out}`,
  };
}

const named = (letters: string, { shape }: TensorType): readonly (readonly [string, number])[] =>
  shape.map((size, axis) => [letters[axis]!, size]);

const einsumOp: Op<Letters> = contraction("einsum");

/** A contraction whose letters are known to fit its operands. */
export const contract = (a: Value, b: Value, letters: Letters): Value =>
  applyOp(einsumOp, [a, b], letters)[0]!;
