/** The defaults that docs/optimisers.md shows are those of the code. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { defaults, defaultsTable } from "./defaults.ts";
import { f64, follow, numbers } from "./train.ts";

const params = {
  w: f64([
    [3, -2],
    [1e-4, 0.5],
  ]),
  b: f64([40]),
};
const grads = Array.from({ length: 12 }, (_, i) => ({
  w: f64([
    [Math.sin(i), -2],
    [1e-5 * (i - 5), i],
  ]),
  b: f64([(-1) ** i * 300]),
}));

test.each(
  defaults.flatMap((one) => one.options.map((option) => [one.method, option.option, one, option] as const)),
)("%s: %s", (_method, option, { make }, { ours }) => {
  const path = (options: Readonly<Record<string, number>>): number[][] =>
    follow(make(options), params, grads).map(({ params: at, memory }) => [
      ...numbers(at),
      ...numbers(memory),
    ]);
  // An option that stands beside the one in question, as momentum beside dampening, has to stand there both times.
  const without = option === "dampening" ? { momentum: 0.9 } : {};
  expect(path({ ...without, [option]: ours })).toEqual(path(without));
});

test("the table of the page is made of them", () => {
  const page = readFileSync(new URL("../../../docs/optimisers.md", import.meta.url), "utf8");
  const recorded = JSON.parse(readFileSync(new URL("pytorch.json", import.meta.url), "utf8")) as {
    readonly defaults: Parameters<typeof defaultsTable>[0];
  };
  expect(page, "run node --conditions=development scripts/optimisers.ts").toContain(
    defaultsTable(recorded.defaults),
  );
});
