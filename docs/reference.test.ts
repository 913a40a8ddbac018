/** The pages of docs/reference are what the sources say. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { samples } from "../packages/testing/src/samples/index.ts";
import { lossesPage, lossesReference } from "../scripts/reference-losses.ts";
import { hasGradient, page, reference } from "../scripts/reference.ts";

const read = (page: string): string =>
  readFileSync(fileURLToPath(new URL(`../${page}`, import.meta.url)), "utf8");

test("the page of ops is up to date: run node scripts/reference.ts", () => {
  expect(read(page)).toBe(reference());
});

test("the page of losses is up to date: run node scripts/reference-losses.ts", () => {
  expect(read(lossesPage)).toBe(lossesReference());
});

test("it gives a gradient for those ops that have one", () => {
  const wrong = Object.entries(samples).filter(([name, { order }]) => hasGradient(name) !== order > 0);
  expect(wrong.map(([name]) => name)).toEqual([]);
});
