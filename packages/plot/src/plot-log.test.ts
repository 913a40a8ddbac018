import { expect, test } from "vitest";
import { plotLog } from "./plot-log.ts";

const rows = Array.from({ length: 20 }, (_, i) => ({
  step: i,
  training: 4 * Math.exp(-i / 5) + 1,
  validation: 4 * Math.exp(-i / 6) + 1.2,
  note: "text is no curve",
}));

/** The curves of an SVG: the points of each path that a line mark drew. */
const curves = (svg: string): readonly number[] =>
  [...svg.matchAll(/<path [^>]*?d="(M[^"]+)"/g)]
    .map(([, d]) => d!.split(/[ML]/).filter(Boolean).length)
    .filter((points) => points > 2);

test("every column of numbers is a curve with its name, and the file stands alone", () => {
  const svg = plotLog(rows, { title: "Loss" });
  expect(svg).toMatch(/^<svg /);
  expect(svg).toContain('xmlns="http://www.w3.org/2000/svg"');
  expect(curves(svg)).toEqual([20, 20]);
  for (const name of ["training", "validation", "step", "Loss"]) expect(svg).toContain(`>${name}`);
  expect(svg).not.toContain("NaN");
});

test("what is no finite number, or not above 0 on a logarithmic scale, leaves a gap", () => {
  const broken = [1, 2, NaN, 4, 5, -1, 7].map((loss, step) => ({ step, loss }));
  const [linear] = [plotLog(broken)].map((svg) => /d="(M[^"]*M[^"]*)"/.test(svg));
  const logarithmic = /d="(M[^"]*M[^"]*M[^"]*)"/.test(plotLog(broken, { scale: "log" }));
  expect([linear, logarithmic]).toEqual([true, true]);
});

test("only the columns that are asked for are drawn", () => {
  expect(curves(plotLog(rows, { y: ["validation"] }))).toEqual([20]);
});

test("a column that is not there is answered with those that are", () => {
  expect(() => plotLog(rows, { y: ["loss"] })).toThrowErrorMatchingInlineSnapshot(`
    [RangeError: plotLog: no column of numbers is called "loss".
    There are: step, training, validation.]
  `);
});
