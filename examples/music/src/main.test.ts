import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { patience, run } from "../../run.ts";
import { tableLoss } from "./baselines.ts";
import { generatedMusic } from "./generated.ts";
import { improvise } from "./improvise.ts";
import { lossOver, musicModel } from "./model.ts";
import { drawSong, keys, lowest, readMusic, rollsOf } from "./piano-roll.ts";
import { batchesOf, train } from "./train.ts";

const main = new URL("main.ts", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "unroll-music-"));
afterAll(() => rmSync(folder, { recursive: true }));

const small = { cell: "gru", hidden: 12, dropout: 0, learningRate: 0.02, seed: 1 } as const;

function written(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

test("songs come from a file in the published form", () => {
  const music = { train: [[[60, 64], [], [21]]], valid: [[[108]]], test: [] };
  expect(readMusic(written("music.json", music))).toEqual(music);
});

test("a file in another form is answered with the place", () => {
  const asked = (name: string, content: unknown): (() => unknown) => {
    const file = written(name, content);
    return () => readMusic(file);
  };
  expect(asked("a.json", { train: [], valid: [] })).toThrow(/test is missing, not a list\.\nThe form is /);
  expect(asked("b.json", { train: [[[60], [20]]], valid: [], test: [] })).toThrow(
    /train\[0\]\[1\]: 20 is no key of a piano/,
  );
  expect(asked("c.json", "[[1,")).toThrow(/^readMusic: .*c\.json: /);
  expect(() => readMusic(join(folder, "none.json"))).toThrow(/no such file/);
});

test("a roll has a 1 where a key sounds, and silence behind the end", () => {
  const { roll, lengths } = rollsOf([[[21, 108]], [[60], [61]]], 3);
  expect(roll.shape).toEqual([3, 2, keys]);
  expect([...lengths.data]).toEqual([1, 2]);
  const on = [...roll.data].flatMap((x, i) => (x === 1 ? [i] : []));
  const at = (t: number, b: number, key: number): number => (t * 2 + b) * keys + key - lowest;
  expect(on).toEqual([at(0, 0, 21), at(0, 0, 108), at(0, 1, 60), at(1, 1, 61)]);
});

test("tables count every step but the first", () => {
  // Key 60 sounds at two of three steps that are foretold; after sounding it stops once and goes on once.
  const song = [[60], [60], [], [60]];
  const quiet = (87 * 3 * -Math.log(3.5 / 4)) / 3;
  const known = -(2 * Math.log(2.5 / 4) + Math.log(1.5 / 4)) / 3;
  expect(tableLoss([song], [song], 0)).toBeCloseTo(quiet + known, 12);
  // Before: on, on, off. Then: on, off, on.
  const markov = -(Math.log(1.5 / 3) + Math.log(1.5 / 3) + Math.log(1.5 / 2)) / 3;
  expect(tableLoss([song], [song], 1)).toBeCloseTo(quiet + markov, 12);
});

test("made-up chorales are songs of chords of two steps, and the same for the same seed", () => {
  const music = generatedMusic(4);
  expect(generatedMusic(4)).toEqual(music);
  expect(generatedMusic(5)).not.toEqual(music);
  for (const song of music.train) {
    expect(song.length).toBeGreaterThanOrEqual(24);
    expect(song.length).toBeLessThanOrEqual(48);
    song.forEach((step, t) => expect(step).toEqual(song[t - (t % 2)]));
    expect(Math.min(...song.flat())).toBeGreaterThanOrEqual(lowest);
    expect(Math.max(...song.flat())).toBeLessThan(lowest + keys);
  }
});

test("the loss of a batch of several lengths is that of its songs one by one", () => {
  const model = musicModel(small);
  const songs = generatedMusic(1).test.slice(0, 3);
  const { params } = model.trainer.state;
  const nats = songs.map((song) => {
    const { nats: sum, steps } = model.judge(params, rollsOf([song], song.length));
    expect(steps.data[0]).toBe(song.length - 1);
    return sum.data[0]!;
  });
  const together = model.judge(params, rollsOf(songs, 50));
  const wanted = nats.reduce((a, b) => a + b);
  // f32 sums of some ten thousand numbers around 0.7.
  expect(Math.abs(together.nats.data[0]! - wanted)).toBeLessThan(1e-4 * wanted);
});

test("training foretells better, keeps the best epoch and stops when there is none", () => {
  const model = musicModel(small);
  const music = generatedMusic(2);
  const few = { train: music.train.slice(0, 24), valid: music.valid.slice(0, 8), test: [] };
  const losses: number[] = [];
  const options = { batch: 8, epochs: 12, patience: 2, seed: 1 };
  const params = train(model, few, options, ({ valid }) => losses.push(valid));
  expect(Math.min(...losses)).toBeLessThan(losses[0]!);
  expect(lossOver(model, params, batchesOf(few.valid, 8))).toBeCloseTo(Math.min(...losses), 5);
  const song = improvise(model, params, { opening: few.train[0]!.slice(0, 4), steps: 5, seed: 3 });
  expect(song).toHaveLength(9);
  expect(song.slice(0, 4)).toEqual(few.train[0]!.slice(0, 4));
});

test("a song is drawn with a line for each key", () => {
  expect(drawSong([[60, 62], [61], []])).toBe("D4   #..\nC#4  .#.\nC4   #..");
  expect(drawSong([[], []])).toBe("(silence)");
});

test("the program makes songs up when no file is named", { timeout: patience }, () => {
  const words = ["--epochs", "2", "--hidden", "16", "--write", "6"];
  const { status, stdout, stderr } = run(main, words);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Songs: {2}120 to learn from, 30 to validate with, 30 to test$/m);
  expect(stdout).toMatch(/^ {4}2 +\d+\.\d{3} +\d+\.\d{3} {3}best so far$/m);
  expect(stdout).toMatch(/^ {2}lstm +\d+\.\d\d$/m);
});

test.each([
  [["--cell", "organ"], /^--cell: there is no organ\. There are rnn, gru, lstm\./],
  [["--dropout", "1"], /^--dropout 1: it must be from 0 to below 1\./],
  [["a.json", "b.json"], /^b\.json: one file is enough\./],
])("%s is answered with the usage", { timeout: patience }, (words, message) => {
  const { status, stderr } = run(main, words);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr).toContain("main.ts [FILE.json] [options]");
});
