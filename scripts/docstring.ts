/** Docstrings as parts of reference pages. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("..", import.meta.url));

/** What a docstring says, by its parts. */
interface Documentation {
  readonly meaning: string;
  readonly parts: ReadonlyMap<string, string>;
  readonly example: string;
}

export interface Entry extends Documentation {
  readonly name: string;
  readonly signature: string;
  readonly file: string;
}

/** A link to such a part. */
export const link = (name: string): string => `[\`${name}\`](#${name.toLowerCase()})`;

/** What stands in a file, whose path is from the root, about a function. Throws when it has no docstring. */
export function entryOf(name: string, file: string): Entry {
  const text = readFileSync(join(root, file), "utf8");
  const found = new RegExp(`(/\\*\\*(?:[^*]|\\*(?!/))*\\*/)\\nexport (?:const|function) ${name}\\b`).exec(
    text,
  );
  if (!found) throw new Error(`reference: ${name} has no docstring in ${file}.`);
  const declaration = text.slice(found.index + found[1]!.length + 1);
  return { name, file, signature: signatureOf(name, declaration), ...parse(found[1]!) };
}

const labels = ["Shapes", "Units", "Gradient", "Throws", "Source"];

/** Take a docstring apart: meaning first, then labelled parts, then examples. What is indented is code. */
function parse(docstring: string): Documentation {
  const lines = docstring
    .slice(3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
  const [meaning, examples]: string[][] = [[], []];
  const parts = new Map<string, string>();
  let label: string | undefined;
  for (const line of lines) {
    const [, found, rest] = /^([A-Z][a-z]+): (.*)$/.exec(line) ?? [];
    if (found !== undefined && labels.includes(found)) {
      label = found;
      parts.set(label, rest!);
    } else if (line === "" || line.startsWith("    ") || label === undefined) {
      label = undefined;
      (parts.size > 0 ? examples : meaning)!.push(line);
    } else {
      parts.set(label, `${parts.get(label)} ${line}`);
    }
  }
  return { meaning: fenced(meaning!), parts, example: fenced(examples!) };
}

/** Text with its indented lines as blocks of code. */
const fenced = (lines: readonly string[]): string =>
  lines
    .join("\n")
    .replace(/^\n+/, "")
    .replaceAll(/(?:^ {4}.*\n?)+/gm, (code) => {
      return `\`\`\`typescript\n${code.trimEnd().replaceAll(/^ {4}/gm, "")}\n\`\`\`\n`;
    })
    .trim();

/** Types of functions that declarations call by name. */
const aliases: Readonly<Record<string, string>> = {
  UnaryFunction: "(x: Operand) => Value",
  BinaryFunction: "(x: Operand, y: Operand) => Value",
  Reduction: "(x: Value, options?: ReduceOptions) => Value",
};

/** `add(x: Operand, y: Operand): Value` of the text that begins with a declaration. */
function signatureOf(name: string, declaration: string): string {
  const after = declaration.replace(/^export (const|function) \w+/, "");
  if (!declaration.startsWith("export const")) return name + compact(until(after, "{"));
  if (!after.startsWith(":")) return name + compact(until(after.replace(/^ = /, ""), "=>"));
  const type = compact(until(after.slice(1), "="));
  const [, parameters, result] = /^(\(.*\)) => (.*)$/.exec(aliases[type] ?? type) ?? [];
  if (parameters === undefined)
    throw new Error(`reference: ${name} has the type ${type}, which is no function.`);
  return `${name}${parameters}: ${result}`;
}

/** The text before a token that stands outside of all brackets. */
function until(text: string, token: string): string {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (depth === 0 && text.startsWith(token, i) && !(token === "=" && text[i + 1] === ">"))
      return text.slice(0, i);
    if ("([{".includes(text[i]!)) depth++;
    if (")]}".includes(text[i]!)) depth--;
  }
  throw new Error(`reference: no ${token} in ${text.slice(0, 40)}`);
}

/** On one line, without what says little to a reader. */
const compact = (text: string): string =>
  text
    .replaceAll(/\s+/g, " ")
    .replaceAll("( ", "(")
    .replaceAll(/,? \)/g, ")")
    // That states which a step adds are refused is said in words.
    .replace("R & NoExtraKeys<R, S>", "S")
    .replace(", const R extends S", "")
    .replaceAll(/readonly (?=\w+\?)/g, "")
    .replace(/(?:options|\{[^{}]*\}): (\{[^}]*\}|\w+) = \{\}/, "options?: $1")
    .trim();

/** The part of a page that describes a function. */
export function section({ name, signature, file, meaning, parts, example }: Entry): string {
  const rows = [...parts].map(([label, text]) => `- *${label}*: ${text}`);
  const place = `[${basename(file)}](../../${file})`;
  return [
    `### ${name}`,
    `\`${signature}\` · ${place}`,
    meaning,
    ...(rows.length > 0 ? [rows.join("\n")] : []),
    ...(example === "" ? [] : [example]),
  ].join("\n\n");
}
