import { describe, expect, test } from "vitest";
import { names } from "./catalogue.ts";
import { parseCommandLine, usage, UsageError } from "./command-line.ts";

const parse = (line: string) => parseCommandLine(line.split(" ").filter(Boolean));

test("workloads are measured on one thread, by the wall clock, for reading", () => {
  expect(parse("W3 W1")).toEqual({
    workloads: ["W3", "W1"],
    engine: "wasm",
    threads: 1,
    clock: "wall",
    json: false,
    quick: false,
  });
});

test("all of them, shortly, by processor time, for a program", () => {
  expect(parse("all --json --quick --clock cpu --threads 1 --engine reference")).toMatchObject({
    workloads: names,
    engine: "reference",
    clock: "cpu",
    json: true,
    quick: true,
  });
});

test("on several threads, where the engine has them", () => {
  expect(parse("W1 --threads 2")).toMatchObject({ engine: "wasm", threads: 2 });
});

test.each(["--help", "W1 -h"])("%s asks for help", (line) => expect(parse(line)).toBe("help"));

test("every workload is explained", () => {
  for (const name of names) expect(usage).toMatch(new RegExp(`^  ${name}   \\S`, "m"));
});

describe("what makes no sense is refused:", () => {
  test.each([
    ["", "no workload is named"],
    ["W9", "there is no workload W9; there is W1, W2, W3, W4, W5, W6, W7, W8"],
    ["W1 --engine webgpu", "there is no engine webgpu; there is wasm, native, reference"],
    ["W1 --clock sun", "there is no clock sun; there is wall, cpu"],
    ["W1 --threads 0", "--threads: 0 is no whole number from 1 to 99"],
    ["W1 --threads two", "--threads: two is no whole number from 1 to 99"],
    ["W1 --engine reference --threads 2", "the engine reference has one thread"],
    ["W1 --threads 2 --clock cpu", "processor time says nothing of several threads"],
    ["W1 --jsno", "Unknown option '--jsno'"],
  ])("%s", (line, message) => {
    expect(() => parse(line)).toThrow(new UsageError(message));
  });
});
