/** docs/reference/ops.md is what the sources say. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { samples } from "../packages/testing/src/samples/index.ts";
import { hasGradient, page, reference } from "../scripts/reference.ts";

test("the page is up to date: run node scripts/reference.ts", () => {
  const file = fileURLToPath(new URL(`../${page}`, import.meta.url));
  expect(readFileSync(file, "utf8")).toBe(reference());
});

test("it gives a gradient for those ops that have one", () => {
  const wrong = Object.entries(samples).filter(([name, { order }]) => hasGradient(name) !== order > 0);
  expect(wrong.map(([name]) => name)).toEqual([]);
});
