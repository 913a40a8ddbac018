import { referencesOf, type Body, type Instruction, type Reference } from "./instruction.ts";

const infix: Readonly<Record<string, string>> = {
  add: "+",
  subtract: "-",
  multiply: "*",
  divide: "/",
  remainder: "%",
  equal: "==",
  less: "<",
  lessEqual: "<=",
  and: "&",
  or: "|",
  xor: "^",
  shiftLeft: "<<",
  shiftRight: ">>",
  shiftRightUnsigned: ">>>",
};

/** What becomes of a value: `w0 = value`, or `acc0 = sum(value)`. */
export interface NamedResult {
  readonly name: string;
  readonly by?: string;
  readonly at: Reference;
}

/** A body as assignments: `s0 = r0 - r1`, `w0 = s0 * s0`. What is used more than once has a name of its own. */
export function printBody(body: Body, results: readonly NamedResult[]): string[] {
  const uses = new Array<number>(body.length).fill(0);
  for (const at of [...body.flatMap(referencesOf), ...results.map((result) => result.at)]) uses[at]!++;
  const texts: string[] = [];
  const lines: string[] = [];
  body.forEach((i, at) => {
    const text = printInstruction(i, (x) => texts[x]!);
    const isShared = uses[at]! > 1 && referencesOf(i).length > 0;
    texts.push(isShared ? `s${lines.length}` : text);
    if (isShared) lines.push(`${texts[at]!} = ${unwrap(text)}`);
  });
  const ends = results.map(
    ({ name, by, at }) => `${name} = ${by ? `${by}(${unwrap(texts[at]!)})` : unwrap(texts[at]!)}`,
  );
  return [...lines, ...ends];
}

/** Infix expressions carry parentheses, which a whole line does without. */
const unwrap = (text: string): string => (text.startsWith("(") ? text.slice(1, -1) : text);

function printInstruction(i: Instruction, text: (x: Reference) => string): string {
  switch (i.op) {
    case "read":
      return `r${i.operand}`;
    case "readAt":
      return `r${i.operand}[${unwrap(text(i.index))}]`;
    case "index":
      return `i${i.dimension}`;
    case "constant":
      return Object.is(i.value, -0) ? "-0" : String(i.value);
    case "accumulator":
      return `acc${i.which}`;
    case "cast":
      return `${i.to}(${unwrap(text(i.x))})`;
    case "negate":
      return `(-${text(i.x)})`;
    default: {
      const operands = referencesOf(i).map(text);
      const sign = infix[i.op];
      return sign ? `(${operands.join(` ${sign} `)})` : `${i.op}(${operands.map(unwrap).join(", ")})`;
    }
  }
}
