import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensor, type Metadata } from "@unroll/core";
import { load, loadAll, save } from "@unroll/core/node";
import { describe, expect, test } from "vitest";
import { smallRun, temporaryFolder, written } from "../../test/small.ts";
import { fileIn, readNotes } from "./checkpoint.ts";
import { courseFromJSON, observed, unseen } from "./course.ts";
import { beginRun, loadModel, resumeRun } from "./run.ts";

const folder = temporaryFolder();
const data = written(folder, "text.txt", "abc\n".repeat(50));
const out = join(folder, "run");
const { trainer } = beginRun(smallRun({ data }), out, false);
const file = fileIn(out, "last");
const whole = readFileSync(file);

/** The same checkpoint in another folder, changed. */
function changed(name: string, change: (metadata: Metadata) => Metadata): string {
  const { tree, metadata } = load(file, trainer.state);
  save(join(folder, name, "checkpoint.safetensors"), tree, change(metadata));
  return join(folder, name);
}

test("other programs find every tensor under its path, and the rest as text", () => {
  const { tensors, metadata } = loadAll(file);
  expect(Object.keys(tensors)).toEqual(
    expect.arrayContaining(["params.rnn[0].wx", "carry[0].h", "memory.2.step"]),
  );
  expect(JSON.parse(metadata["options"]!)).toMatchObject({ cell: "lstm", size: "5" });
  expect(JSON.parse(metadata["vocabulary"]!)).toEqual({ kind: "codePoints", symbols: "\nabc" });
});

describe("a damaged checkpoint is refused, wherever it was cut off:", () => {
  test.each([0, 4, 100, whole.length - 1])("after %i bytes", (length) => {
    const cut = join(folder, `cut ${length}`);
    beginRun(smallRun({ data }), cut, false);
    truncateSync(fileIn(cut, "last"), length);
    expect(() => readNotes(cut)).toThrow(/checkpoint\.safetensors/);
    expect(() => resumeRun(cut, {})).toThrow(expect.objectContaining({ name: "FormatError" }) as Error);
  });
});

describe("what is of another program, or says what makes no sense, is refused:", () => {
  test.each<[string, RegExp, (metadata: Metadata) => Metadata]>([
    ["no program", /it is not of "unroll char-rnn 2"/, () => ({})],
    ["another version", /it is not of/, (m) => ({ ...m, program: "unroll char-rnn 1" })],
    ["no step", /step is "x"/, (m) => ({ ...m, step: "x" })],
    ["options that are none", /its options are no texts/, (m) => ({ ...m, options: "[1]" })],
    ["a wrong option", /--size: "0" is no whole number/, (m) => ({ ...m, options: '{"size":"0"}' })],
    ["options that are no JSON", /cannot be gone on from: .*JSON/, (m) => ({ ...m, options: "{" })],
    ["a broken course", /its course is damaged/, (m) => ({ ...m, course: '{"failed":"1"}' })],
    ["a broken vocabulary", /vocabularyFromJSON/, (m) => ({ ...m, vocabulary: "{}" })],
  ])("%s", (name, message, change) => {
    expect(() => readNotes(changed(name, change))).toThrow(message);
  });

  test("other tensors than the model has", () => {
    const options = JSON.stringify({ ...JSON.parse(loadAll(file).metadata["options"]!), size: "6" });
    expect(() => loadModel(changed("larger", (m) => ({ ...m, options })))).toThrow(/params\.rnn\[0\]\.wx/);
  });

  test("a file that is no checkpoint at all", () => {
    const odd = join(folder, "odd.safetensors");
    writeFileSync(odd, "PK\x03\x04 something else");
    expect(() => loadModel(odd)).toThrow(/odd\.safetensors/);
    save(join(folder, "foreign.safetensors"), { w: tensor([1]) });
    expect(() => loadModel(join(folder, "foreign.safetensors"))).toThrow(/it is not of/);
  });
});

test("there is no best checkpoint before a validation, and that is said", () => {
  expect(() => loadModel(out, "best")).toThrow(
    /^there is no best checkpoint in .*\nOne is made by validations: train with --validate-every\.$/,
  );
  expect(() => loadModel(join(folder, "nowhere"), "best")).toThrow("there is no run in");
});

test("a course survives JSON, and a validation that is NaN is not the best", () => {
  const first = observed(unseen, 5, 2);
  const second = observed(first, 10, NaN);
  expect(second).toEqual({ best: { step: 5, loss: 2 }, failed: 1, plateau: undefined });
  for (const course of [unseen, first, { ...second, plateau: [1, Infinity, 0, 2] }])
    expect(courseFromJSON(JSON.stringify(course))).toEqual(course);
});
