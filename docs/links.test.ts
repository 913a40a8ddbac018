/** Every link of every page leads somewhere. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

const pagesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((file) => join(folder, file).replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".md") && !file.includes("node_modules/"));

const inRoot = readdirSync(root).filter((file) => file.endsWith(".md"));
const pages = [...inRoot, ...pagesIn("docs"), ...pagesIn("examples"), ...pagesIn("packages")].filter(
  (file) => !file.includes("/dist/"),
);

const textOf = (file: string): string => readFileSync(join(root, file), "utf8");

/** Lines outside of fenced blocks, with their numbers. */
function prose(text: string): { readonly line: number; readonly text: string }[] {
  let fenced = false;
  return text.split("\n").flatMap((one, i) => {
    const fence = one.startsWith("```");
    if (fence) fenced = !fenced;
    return fenced || fence ? [] : [{ line: i + 1, text: one }];
  });
}

/** Links of a page, except those in code. */
const linksOf = (text: string): { readonly line: number; readonly target: string }[] =>
  prose(text).flatMap(({ line, text: one }) =>
    [...one.replaceAll(/`[^`]*`/g, "``").matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => ({
      line,
      target: target!,
    })),
  );

/** What a heading is called in links. */
const anchorsOf = (text: string): string[] =>
  prose(text).flatMap(({ text: one }) => {
    const heading = /^#+ (.*)$/.exec(one)?.[1];
    return heading === undefined
      ? []
      : [
          heading
            .toLowerCase()
            .replace(/[^\p{L}\p{N} _-]/gu, "")
            .replaceAll(" ", "-"),
        ];
  });

test("links are relative, and lead to files and headings that are there", () => {
  const dead = pages.flatMap((page) =>
    linksOf(textOf(page)).flatMap(({ line, target }) => {
      const [path, anchor] = target.split("#");
      const file = path === "" ? page : relative(root, join(root, dirname(page), path!));
      const alive =
        !/^([a-z]+:|\/)/.test(target) &&
        existsSync(join(root, file)) &&
        (anchor === undefined ||
          (statSync(join(root, file)).isFile() && anchorsOf(textOf(file)).includes(anchor)));
      return alive ? [] : [`${page}:${line}: ${target}`];
    }),
  );
  expect(dead).toEqual([]);
});

test("tests that a page quotes are in the files it names", () => {
  const quotes = pages.flatMap((page) => {
    const text = textOf(page).replaceAll(/\s+/g, " ");
    return [...text.matchAll(/((?:"[^"]+"(?: and |, )?)+) in \[[^\]]+\]\(([^)]+\.ts)\)/g)].flatMap(
      ([, titles, file]) =>
        [...titles!.matchAll(/"([^"]+)"/g)].map(([, title]) => ({ page, title: title!, file: file! })),
    );
  });
  const missing = quotes.filter(
    ({ page, title, file }) => !textOf(join(dirname(page), file)).includes(`${title}`),
  );
  expect(missing).toEqual([]);
  expect(quotes.length).toBeGreaterThan(0);
});
