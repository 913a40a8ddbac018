import { expect, test } from "vitest";
import { chunkConstraints } from "../index.ts";

/** The pairs of labels that may follow each other. */
function pairs(labels: readonly string[], scheme: "BIO" | "IOBES"): string[] {
  const { transition } = chunkConstraints(labels, scheme);
  return labels.flatMap((a, from) => labels.flatMap((b, to) => (transition(from, to) ? [`${a} ${b}`] : [])));
}

const only = (labels: readonly string[], may: (label: number) => boolean): string[] =>
  labels.filter((_, label) => may(label));

test("in BIO, I-x follows B-x or I-x alone, and does not begin", () => {
  const labels = ["O", "B-NP", "I-NP", "B-VP", "I-VP"];
  const forbidden = ["O I-NP", "O I-VP", "B-NP I-VP", "I-NP I-VP", "B-VP I-NP", "I-VP I-NP"];
  const all = labels.flatMap((a) => labels.map((b) => `${a} ${b}`));
  expect(pairs(labels, "BIO")).toEqual(all.filter((pair) => !forbidden.includes(pair)));
  const { start, end } = chunkConstraints(labels);
  expect(only(labels, start)).toEqual(["O", "B-NP", "B-VP"]);
  expect(only(labels, end)).toEqual(labels);
});

test("in IOBES a chunk is S-x, or B-x, any I-x, and E-x", () => {
  const labels = ["O", "B-X", "I-X", "E-X", "S-X", "E-Y"];
  expect(pairs(labels, "IOBES")).toEqual([
    "O O",
    "O B-X",
    "O S-X",
    "B-X I-X",
    "B-X E-X",
    "I-X I-X",
    "I-X E-X",
    "E-X O",
    "E-X B-X",
    "E-X S-X",
    "S-X O",
    "S-X B-X",
    "S-X S-X",
    "E-Y O",
    "E-Y B-X",
    "E-Y S-X",
  ]);
  const { start, end } = chunkConstraints(labels, "IOBES");
  expect(only(labels, start)).toEqual(["O", "B-X", "S-X"]);
  expect(only(labels, end)).toEqual(["O", "E-X", "S-X", "E-Y"]);
});

test("types may have dashes", () => {
  expect(pairs(["B-a-b", "I-a-b", "I-a-c"], "BIO")).not.toContain("B-a-b I-a-c");
  expect(pairs(["B-a-b", "I-a-b", "I-a-c"], "BIO")).toContain("B-a-b I-a-b");
});

test("a label of another scheme is refused", () => {
  expect(() => chunkConstraints(["O", "S-X"])).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: chunkConstraints: "S-X" is no label of BIO.
    Labels are O, and B-, I- before a type.]
  `);
  expect(() => chunkConstraints(["O", "B"])).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: chunkConstraints: "B" is no label of BIO.
    Labels are O, and B-, I- before a type.]
  `);
  expect(() => chunkConstraints(["O-X"], "IOBES")).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: chunkConstraints: "O-X" is no label of IOBES.
    Labels are O, and B-, I-, E-, S- before a type.]
  `);
});
