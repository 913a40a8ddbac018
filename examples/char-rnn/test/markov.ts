/** A recurrent network whose odds are known: those of a table. */
import { tensor } from "@unroll/core";
import { init } from "@unroll/layers";
import { codePointVocabulary } from "@unroll/data";
import { charRnn } from "../src/model/model.ts";
import type { Writer } from "../src/sample/write.ts";
import { plain } from "./small.ts";

/**
 * A model of the letters of `symbols` in which the odds after a letter are its row of the table. Letters that a row
 * does not name have as good as none. Its units are 1 for the letter that was read and 0 for the others.
 */
export function markovModel(
  symbols: string,
  table: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Writer {
  const vocabulary = codePointVocabulary(symbols);
  const { size } = vocabulary;
  const letters = Array.from({ length: size }, (_, id) => vocabulary.decode([id]));
  const model = charRnn({ ...plain, cell: "rnn", embedding: 0, size }, size);
  const { rnn } = init(model.spec, 1);
  const logits = letters.map((from) => letters.map((to) => Math.log(table[from]?.[to] ?? 1e-30)));
  const saturated = letters.map((_, i) => letters.map((_, j) => (i === j ? 50 : 0)));
  const zeros = letters.map(() => 0);
  const planted = [{ wx: tensor(saturated), wh: tensor(letters.map(() => zeros)), b: tensor(zeros) }];
  const params = {
    embed: undefined,
    rnn: planted as typeof rnn,
    decode: { w: tensor(logits), b: tensor(zeros) },
  };
  return { model, params, vocabulary, boundary: undefined };
}
