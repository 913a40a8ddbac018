import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { patience, run, type Ran } from "../../run.ts";

const main = new URL("main.ts", import.meta.url);
const sizes = ["--size", "8", "--embedding", "4", "--batch", "4", "--length", "6", "--engine", "wasm"];
const small = [...sizes, "--data", "text.txt"];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "char-rnn-"));
  writeFileSync(join(folder, "text.txt"), "abc\n".repeat(200));
});
afterAll(() => rmSync(folder, { recursive: true }));

const charRnn = (...args: readonly string[]): Ran => run(main, args, folder);

test("a run learns, is judged, writes, and says how to go on", { timeout: patience }, () => {
  const { status, stdout, stderr } = charRnn(
    ...small,
    "--steps",
    "60",
    "--learning-rate",
    "0.1",
    "--temperature",
    "0",
  );
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toContain("Text:   text.txt: 800 characters, 4 different ones\n");
  expect(stdout).toContain("Model:  1 x 8 lstm, 468 parameters\nRun:    runs/1, from the beginning\n");
  expect(stdout).toMatch(
    /^step 1 .* loss 1\.\d{3} nats\/char, 2\.\d{3} bits .* norms .* char\/s .* s left$/m,
  );
  const [, loss] = /Text held out: (\d\.\d{3}) nats\/char\. By frequency alone: 1\.386/.exec(stdout)!;
  expect(Number(loss)).toBeLessThan(0.5);
  expect(stdout).toContain("abc\nabc\nabc\nabc\n");
  expect(stdout).toMatch(
    /To go on: .* resume runs\/1 --seconds 60\nTo write more: .* sample runs\/1 --temperature /,
  );
});

test("another run gets a folder of its own", { timeout: patience }, () => {
  const { stdout } = charRnn(...small, "--steps", "1", "--characters", "0");
  expect(stdout).toContain("Run:    runs/2, from the beginning\n");
});

test("sample writes with the newest run, and says what it can't begin with", { timeout: patience }, () => {
  const { status, stdout, stderr } = charRnn("sample", "--prime", "añb", "--characters", "5");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^ab[abc\n]{5}\n$/);
  expect(stderr).toBe('The text that the model was trained on lacks "ñ": left out of the prime text.\n');
});

test("a run that explodes goes back by itself, at half the rate", { timeout: patience }, () => {
  const exploding = ["--optimizer", "sgd", "--clip", "0", "--learning-rate", "3e38", "--characters", "0"];
  const { status, stderr } = charRnn(...small, ...exploding, "--steps", "4", "--retries", "1");
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^train: the loss of step 2 is .*\.\n(First of all: .*\n)?Back to step 0, with --learning-rate 1\.5e\+38\.\n/,
  );
  expect(stderr).toMatch(/resume runs\/3 --learning-rate 7\.5e\+37\n$/);
});

test("a damaged checkpoint is named, without a stack trace", { timeout: patience }, () => {
  truncateSync(join(folder, "runs", "2", "checkpoint.safetensors"), 200);
  const { status, stderr } = charRnn("resume", "runs/2");
  expect(status).toBe(1);
  expect(stderr).toMatch(/^char-rnn: .*checkpoint\.safetensors/);
  expect(stderr).not.toContain("    at ");
});
