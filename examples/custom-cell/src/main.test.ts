import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { likeShown, patience, printedIn, run } from "../../run.ts";
import { make } from "./mistakes.ts";

const main = new URL("main.ts", import.meta.url);
const [report = "", ...mistakes] = printedIn(new URL("../README.md", import.meta.url));

test("the cell is printed, checked and trained as its page shows", { timeout: patience }, () => {
  const { status, stdout, stderr } = run(main);
  expect(stderr).toBe("");
  expect(likeShown(stdout, report)).toBe(report);
  expect(status).toBe(0);
});

test("the drawing is a graph with the cell's parameters and gates", { timeout: patience }, () => {
  const { stdout } = run(main, ["--dot"]);
  expect(stdout).toMatch(/^digraph \{\n[^]*\n\}\n$/);
  for (const name of ["wx", "wh", "rate", "open", "fresh"]) expect(stdout).toContain(name);
});

test(
  "the drawing is a picture, in which the cell's parameters are told from its state",
  { timeout: patience },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "unroll-cell-"));
    try {
      const { status, stderr } = run(main, ["--draw", "cell.svg"], folder);
      expect([status, stderr]).toEqual([0, ""]);
      const svg = readFileSync(join(folder, "cell.svg"), "utf8");
      const titles = (kind: string): string[] =>
        [...svg.matchAll(/xlink:title="(\w+) (\w+)&#10;/g)]
          .filter(([, of]) => of === kind)
          .map(([, , name]) => name!);
      expect(titles("parameter").sort()).toEqual(["b", "rate", "wh", "wx"]);
      expect(titles("input").sort()).toEqual(["fast", "slow", "x"]);
      expect(run(main, ["--draw", "cell.png"], folder).status).toBe(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

describe("a mistake is told by the name that the user gave", () => {
  test("a weight of the wrong size", () => {
    expect(() => make("size")).toThrowErrorMatchingInlineSnapshot(
      `
      [ShapeError: matmul: fast f32[16, 8] and params.rnn.wh f32[16, 16]: inner sizes 8 and 16 differ.
      Give params.rnn.wh 8 rows, or fast a last axis of 16.]
    `,
    );
  });
  test("a state returned under another name", () => {
    expect(() => make("state")).toThrowErrorMatchingInlineSnapshot(
      `
      [TreeError: scan: the step returned state { fast, slwo }, but the initial state is { fast, slow }: slow is missing, and slwo is too much.
      A step returns every key of the state, under the name it came in with.]
    `,
    );
  });
  test("a parameter that is never used", () => {
    expect(() => make("unused")).toThrowErrorMatchingInlineSnapshot(`
      [GradientError: gradient: the loss does not depend on params.rnn.rate.
      Leave it out, or pass { allowUnused: true } for zeros.]
    `);
  });
  test("and the page shows all three", () => {
    const said = (["size", "state", "unused"] as const).map((mistake) => {
      try {
        return make(mistake);
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}\n`;
      }
    });
    expect(said).toEqual(mistakes);
  });
  test("as the program prints it", { timeout: patience }, () => {
    expect(run(main, ["--mistake", "unused"]).stdout).toBe(mistakes[2]);
  });
});

test("an unknown flag is answered with the usage", { timeout: patience }, () => {
  const { status, stderr } = run(main, ["--mistake", "spelling"]);
  expect(status).toBe(2);
  expect(stderr).toContain("--mistake size|state|unused");
});
