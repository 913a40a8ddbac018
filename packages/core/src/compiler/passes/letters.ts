import type { Node, Value } from "../../graph/node.ts";

/** The axes of a contraction by letters; see `ContractRequest`. */
export interface Letters {
  readonly a: string;
  readonly b: string;
  readonly out: string;
}

/** A contraction from the point of view of one of its operands. */
export interface Contraction {
  readonly x: Value;
  readonly other: Value;
  /** The letters of x, of the other operand, and of the product. */
  readonly ofX: string;
  readonly ofOther: string;
  readonly out: string;
}

/**
 * A node, with other inputs if wanted, as a contraction from either operand's point of view; empty when it is
 * none.
 */
export function sidesOf(node: Node, inputs: readonly Value[] = node.inputs): readonly Contraction[] {
  const { op, attrs } = node;
  const letters: Letters | undefined = op.traits?.contraction?.(attrs);
  if (!letters) return [];
  const [[a, b], { out }] = [inputs as readonly [Value, Value], letters];
  return [
    { x: a, other: b, ofX: letters.a, ofOther: letters.b, out },
    { x: b, other: a, ofX: letters.b, ofOther: letters.a, out },
  ];
}

const alphabet = "tvsruwxyzabcdefghijklmnopqTVSRUWXYZABCDEFGHIJKLMNOPQ".split("");

/** A letter that is not among these. */
export const letterBeside = (...letters: readonly string[]): string =>
  alphabet.find((letter) => !letters.some((taken) => taken.includes(letter)))!;
