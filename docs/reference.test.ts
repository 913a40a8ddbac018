/** docs/reference/ops.md is what the sources say. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { page, reference } from "../scripts/reference.ts";

test("the page is up to date: run node scripts/reference.ts", () => {
  const file = fileURLToPath(new URL(`../${page}`, import.meta.url));
  expect(readFileSync(file, "utf8")).toBe(reference());
});
