/** Every name of ours that the tables of the page mention is exported by one of the packages. */
import * as core from "@unroll/core";
import * as coreNode from "@unroll/core/node";
import * as data from "@unroll/data";
import * as inspect from "@unroll/inspect";
import * as inspectNode from "@unroll/inspect/node";
import * as layers from "@unroll/layers";
import * as optim from "@unroll/optim";
import * as testing from "@unroll/testing";
import { expect, test } from "vitest";
import { readPage } from "../scripts/pages.ts";

const exported = new Set(
  [core, coreNode, data, inspect, inspectNode, layers, optim, testing].flatMap((module) => Object.keys(module)),
);

/** The names that a piece of code calls, and the name that it is when it is nothing else. */
const namesIn = (code: string): string[] => [
  ...(/^\w+$/.test(code) ? [code] : []),
  ...[...code.matchAll(/(?<![.\w])([A-Za-z]\w*)\(/g)].map(([, name]) => name!),
];

/** What is no name of ours: variables of the examples. */
const variables = new Set(["f", "net", "params"]);

const { text } = readPage("docs/coming-from-torch.md");

test("every name in the second columns is exported", () => {
  const cells = text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
    .map((line) => line.split(" | ")[1]!);
  const names = cells.flatMap((cell) =>
    [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, code]) => namesIn(code!)),
  );
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => !exported.has(name) && !variables.has(name))).toEqual([]);
});
