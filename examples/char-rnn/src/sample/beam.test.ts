import { init } from "@unroll/layers";
import { byteVocabulary, codePointVocabulary } from "@unroll/data";
import { expect, test } from "vitest";
import { markovModel } from "../../test/markov.ts";
import { plain } from "../../test/small.ts";
import { charRnn } from "../model/model.ts";
import { beamSearch, type BeamOptions } from "./beam.ts";
import { write } from "./write.ts";

const standard: BeamOptions = { prime: "s", characters: 2, beam: 1, lengthPenalty: 0, stop: undefined };

/** The likelier first letter leads where nothing is likely. */
const trap = markovModel("sabcde.", {
  s: { a: 0.6, b: 0.4 },
  a: { c: 0.5, d: 0.5 },
  b: { e: 1 },
  c: { ".": 1 },
  d: { ".": 1 },
  e: { ".": 1 },
  ".": { ".": 1 },
});
const found = (options: Partial<BeamOptions>): readonly [string, number] => {
  const { ids, logOdds } = beamSearch(trap, { ...standard, ...options });
  return [trap.vocabulary.decode(ids), Math.exp(logOdds)];
};

test("a beam of one is greedy, and a wider one finds a likelier text", () => {
  const [greedy, odds] = found({ beam: 1 });
  expect(greedy).toBe("ac");
  expect(odds).toBeCloseTo(0.3, 5);
  const [better, more] = found({ beam: 2 });
  expect(better).toBe("be");
  expect(more).toBeCloseTo(0.4, 5);
});

test("a beam of one writes what arg-max does, with any model", () => {
  const vocabulary = codePointVocabulary("abcdefgh\n");
  const model = charRnn({ ...plain, cell: "gru", layers: 2 }, vocabulary.size);
  const writer = { model, params: init(model.spec, 3), vocabulary, boundary: undefined };
  const { ids } = beamSearch(writer, { ...standard, prime: "abc", characters: 25 });
  const options = { prime: undefined, characters: 25, temperature: 0, sampleSeed: 1 };
  expect(`abc${vocabulary.decode(ids)}`).toBe([...write(writer, { ...options, prime: "abc" })].join(""));
});

test("a text ends behind the stop symbol, and longer ones win with a penalty on length", () => {
  const short = markovModel("sab.", {
    s: { ".": 0.4, a: 0.6 },
    a: { b: 0.6, a: 0.4 },
    b: { ".": 1 },
    ".": { ".": 1 },
  });
  const [stop] = short.vocabulary.encode(".");
  const text = (lengthPenalty: number): string =>
    short.vocabulary.decode(
      beamSearch(short, { ...standard, characters: 6, beam: 3, stop, lengthPenalty }).ids,
    );
  // 0.4 beside 0.6 0.6 = 0.36: log 0.4 = -0.916, and -1.022 / (8/6)^penalty.
  expect(text(0)).toBe(".");
  expect(text(1)).toBe("ab.");
});

test("the text of a model of bytes is well-formed", () => {
  const vocabulary = byteVocabulary("aé€😀");
  const model = charRnn(plain, vocabulary.size);
  const writer = { model, params: init(model.spec, 5), vocabulary, boundary: undefined };
  const { ids } = beamSearch(writer, { ...standard, prime: "a", characters: 40, beam: 4 });
  const bytes = Uint8Array.from(ids, (id) => (vocabulary.toJSON().symbols as readonly number[])[id]!);
  const whole = new TextDecoder().decode(
    bytes.subarray(
      0,
      bytes.findLastIndex((byte) => byte < 0x80 || byte >= 0xc0),
    ),
  );
  expect(whole).not.toContain("\ufffd");
});
