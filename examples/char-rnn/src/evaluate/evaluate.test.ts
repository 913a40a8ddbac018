import { copy, flatten, type Tensor } from "@unroll/core";
import fc from "fast-check";
import { init } from "@unroll/layers";
import { codePointVocabulary, stream } from "@unroll/data";
import { expect, test } from "vitest";
import { markovModel } from "../../test/markov.ts";
import { plain, smallRun, temporaryFolder, written } from "../../test/small.ts";
import { charRnn } from "../model/model.ts";
import { beginRun, loadModel } from "../run/run.ts";
import { judged } from "../text/text.ts";
import { readLog } from "../train/log.ts";
import { train } from "../train/train.ts";
import { judgeDynamically } from "./dynamic.ts";
import { judge, scorerOf } from "./evaluate.ts";
import { noveltyOf } from "./novelty.ts";

const folder = temporaryFolder();

test("the loss of known odds is that of the formula", () => {
  const table = { a: { b: 0.75, a: 0.25 }, b: { a: 1 } };
  const { model, params, vocabulary } = markovModel("ab", table);
  // Pairs of "abaabab": ab, ba, aa, ab, ba, ab.
  const ids = vocabulary.encode("abaabab");
  const { loss, symbols } = judge(model, scorerOf(model), params, stream(ids, { batch: 1, length: 3 }));
  expect(symbols).toBe(6);
  expect(loss).toBeCloseTo(-(3 * Math.log(0.75) + Math.log(0.25)) / 6, 5);
});

test("what is read side by side is judged like what is read alone", () => {
  const { model, params, vocabulary } = markovModel("ab", { a: { a: 0.5, b: 0.5 }, b: { a: 0.9, b: 0.1 } });
  const ids = vocabulary.encode("abbabaababbabab".repeat(8).slice(0, 97));
  const at = (batch: number, length: number): number =>
    judge(model, scorerOf(model), params, stream(ids, { batch, length })).loss;
  expect(at(4, 8)).toBeCloseTo(at(1, 96), 5);
});

test("eval finds what training found when it validated", async () => {
  const data = written(folder, "text.txt", "the quick brown fox jumps over the lazy dog\n".repeat(20));
  const out = `${folder}/run`;
  const options = smallRun({ data, heldOut: "0.3", validateEvery: "5", dropout: "0.2", documents: "line" });
  await train(beginRun(options, out, false), { show: () => {} });
  const { model, params, vocabulary, notes } = loadModel(out);
  const ids = beginRun(options, `${folder}/again`, false).text.parts.validation;
  const { loss } = judge(model, scorerOf(model), params, judged(ids, options));
  expect(readLog(out).map(({ validation }) => validation === undefined)).toEqual(
    Array.from({ length: 10 }, (_, i) => (i + 1) % 5 !== 0),
  );
  expect(loss).toBe(readLog(out).at(-1)!.validation);
  const best = loadModel(out, "best");
  expect(best.notes.step).toBe(notes.course.best!.step);
  expect(judge(best.model, scorerOf(best.model), best.params, judged(ids, options)).loss).toBe(
    notes.course.best!.loss,
  );
  expect(vocabulary.size).toBe(28);
});

test("dynamic evaluation foretells a piece before it learns from it", () => {
  const vocabulary = codePointVocabulary("abc");
  const model = charRnn(plain, vocabulary.size);
  const params = init(model.spec, 1);
  const text = stream(vocabulary.encode("abcabcbac".repeat(40)), { batch: 1, length: 6 });
  const off = judge(model, scorerOf(model), params, text).loss;
  const how = { clip: 0, clipBy: "value" } as const;
  const at = (rate: number): number => judgeDynamically(model, params, text, { ...how, rate }).loss;
  // With a rate that rounds away nothing is learned; with a real one a text that repeats itself becomes likely.
  expect(at(1e-30)).toBeCloseTo(off, 5);
  expect(at(0.5)).toBeLessThan(off - 0.2);
  // Of a single piece nothing can have been learned before it was judged.
  const short = stream(vocabulary.encode("abcabcb"), { batch: 1, length: 6 });
  expect(judgeDynamically(model, params, short, { ...how, rate: 5 }).loss).toBeCloseTo(
    judge(model, scorerOf(model), params, short).loss,
    6,
  );
});

test("dynamic evaluation is one step of gradient descent after every piece, and leaves the model as it was", () => {
  const vocabulary = codePointVocabulary("ab");
  const model = charRnn({ ...plain, cell: "rnn", size: 2, embedding: 2 }, vocabulary.size);
  const params = init(model.spec, 1);
  const kept = copy(params);
  const rate = 0.3;
  const text = stream(vocabulary.encode("abbab"), { batch: 1, length: 2 });
  const { loss } = judgeDynamically(model, params, text, { clip: 0, clipBy: "value", rate });
  flatten(params).forEach(({ leaf }, i) =>
    expect((leaf as Tensor).data).toEqual((flatten(kept)[i]!.leaf as Tensor).data),
  );
  // The same with finite differences in place of the gradient.
  const score = scorerOf(model);
  const first = score(params, model.start(1), text.at(0));
  const lossAt = (at: typeof params): number => score(at, model.start(1), text.at(0)).loss.data[0]!;
  const step = 1e-3;
  const moved = copy(params);
  flatten(params).forEach(({ leaf }, i) => {
    const { data } = leaf as Tensor;
    data.forEach((x, k) => {
      const [up, down] = [x + step, x - step].map((value) => {
        data[k] = value;
        return lossAt(params);
      });
      data[k] = x;
      (flatten(moved)[i]!.leaf as Tensor).data[k] = x - (rate * (up! - down!)) / (2 * step);
    });
  });
  const second = score(moved, first.carry, text.at(1)).loss.data[0]!;
  // f32 losses near 0.7 have steps of 6e-8, so each difference quotient errs by up to 6e-5.
  expect(loss).toBeCloseTo((first.loss.data[0]! + second) / 2, 4);
});

test("the share of substrings that another text lacks is that of looking for each", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "😀"), maxLength: 30 });
  fc.assert(
    fc.property(letters, letters, (text, known) => {
      const [a, b] = [Array.from(text), Array.from(known)];
      const has = (part: readonly string[]): boolean =>
        b.some((_, i) => i + part.length <= b.length && part.every((x, k) => x === b[i + k]));
      const expected = Array.from({ length: Math.min(5, a.length) }, (_, i) => {
        const length = i + 1;
        const parts = a.slice(0, a.length - i).map((_, at) => a.slice(at, at + length));
        return { length, substrings: parts.length, novel: parts.filter((part) => !has(part)).length };
      });
      expect(noveltyOf(text, known, 5)).toEqual(expected);
    }),
  );
});
