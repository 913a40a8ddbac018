import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { logIn, openLog } from "./log.ts";

test("a log goes on after a step: what came later is forgotten, and so is half a line", () => {
  const folder = mkdtempSync(join(tmpdir(), "char-rnn-"));
  const write = (from: number, to: number): void => {
    const log = openLog(folder, from - 1);
    for (let step = from; step <= to; step++)
      log.write({ step, epoch: step / 3, loss: 1 / step, gradientNorm: 1, parameterNorm: 2 });
    log.close();
  };
  write(1, 5);
  const whole = readFileSync(logIn(folder), "utf8");
  expect(whole).toMatch(
    /^\{"step":1,"epoch":0.3333333333333333,"loss":1,"gradientNorm":1,"parameterNorm":2\}\n/,
  );
  appendFileSync(logIn(folder), '{"step":6,"epo');
  write(4, 5);
  expect(readFileSync(logIn(folder), "utf8")).toBe(whole);
  appendFileSync(logIn(folder), '{"step":6,"epo');
  write(6, 5);
  expect(readFileSync(logIn(folder), "utf8")).toBe(whole);
  rmSync(folder, { recursive: true });
});
