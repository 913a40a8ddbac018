import { expect, test } from "vitest";
import { likeShown, patience, printedIn, run } from "../../run.ts";

test("the example prints what its page shows", { timeout: patience }, () => {
  const { status, stdout, stderr } = run(new URL("main.ts", import.meta.url));
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const [shown = ""] = printedIn(new URL("../README.md", import.meta.url));
  expect(likeShown(stdout, shown)).toBe(shown);
});
