/** What a vocabulary has of a text. */
import type { Vocabulary } from "@unroll/data";

/**
 * The symbols of a text that the vocabulary has, whole characters only, and the characters that it lacks. A vocabulary
 * with a symbol for what is unknown lacks nothing.
 */
export function known(
  vocabulary: Vocabulary,
  text: string,
): { readonly ids: Int32Array; readonly missing: readonly string[] } {
  if (vocabulary.unknown !== undefined) return { ids: vocabulary.encode(text), missing: [] };
  const isThere = (character: string): boolean => {
    const whole = vocabulary.kind === "bytes" ? Buffer.byteLength(character) : 1;
    return vocabulary.encode(character, { unknown: "skip" }).length === whole;
  };
  const characters = [...new Set(text)];
  const missing = characters.filter((character) => !isThere(character));
  const there = [...text].filter((character) => !missing.includes(character)).join("");
  return { ids: vocabulary.encode(there), missing };
}
