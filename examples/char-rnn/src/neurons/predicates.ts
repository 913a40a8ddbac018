/** Simple things that are true of places in a text, which a cell may have learned to keep. */

/** Something that is so, or is not, or is so much, at every character. */
export interface Predicate {
  readonly name: string;
  /** For every code point of the text; undefined where nothing can be said. */
  readonly values: readonly (number | undefined)[];
  /** Whether it is yes or no, as 1 or 0. */
  readonly isYesOrNo: boolean;
}

const brackets = { "(": ")", "[": "]", "{": "}" } as const;

/** What the characters of a text are: each predicate holds after its character has been read. */
export function predicatesOf(text: readonly string[]): readonly Predicate[] {
  const yesOrNo = (name: string, values: readonly number[]): Predicate => ({ name, values, isYesOrNo: true });
  const amount = (name: string, values: Predicate["values"]): Predicate => ({
    name,
    values,
    isYesOrNo: false,
  });
  return [
    yesOrNo("inside quotes", insideQuotes(text)),
    yesOrNo(
      "inside brackets",
      depths(text).map((depth) => (depth > 0 ? 1 : 0)),
    ),
    amount("depth of brackets", depths(text)),
    amount("position in the line", positions(text)),
    amount("depth of indentation", indentations(text)),
    yesOrNo(
      "in a word",
      text.map((character) => (/[\p{L}\p{N}_]/u.test(character) ? 1 : 0)),
    ),
  ];
}

/** From after an opening quote up to its closing one, which must stand before the next empty line. */
function insideQuotes(text: readonly string[]): readonly number[] {
  let open: string | undefined;
  return text.map((character, i) => {
    if (character === "\n" && text[i - 1] === "\n") open = undefined;
    else if (open === undefined) open = closing(character);
    else if (character === open) open = undefined;
    return open === undefined ? 0 : 1;
  });
}

/** What closes a quotation that a character opens. An apostrophe opens none: most stand in words. */
function closing(character: string): string | undefined {
  if (character === "“") return "”";
  if (character === '"' || character === "`") return character;
  return undefined;
}

function depths(text: readonly string[]): readonly number[] {
  const open: string[] = [];
  return text.map((character) => {
    if (Object.hasOwn(brackets, character)) open.push(brackets[character as keyof typeof brackets]);
    else if (character === open.at(-1)) open.pop();
    return open.length;
  });
}

/** How many characters of the line have been read: none after its end. */
function positions(text: readonly string[]): readonly number[] {
  let position = 0;
  return text.map((character) => (position = character === "\n" ? 0 : position + 1));
}

/** Of the whole line, in blanks; nothing where it is still being read. */
function indentations(text: readonly string[]): readonly (number | undefined)[] {
  let depth = 0;
  let isOpen = true;
  return text.map((character) => {
    if (character === "\n") [depth, isOpen] = [0, true];
    else if (isOpen && character === " ") depth++;
    else if (isOpen && character === "\t") depth += 4;
    else isOpen = false;
    return isOpen ? undefined : depth;
  });
}
