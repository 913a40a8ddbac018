import { expect, test } from "vitest";
import { flopsPerCall, moduleBytes } from "./module.ts";

const run = (relaxed: boolean): number => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(relaxed)));
  return (exports["run"] as () => number)();
};

test("every chain of the loop arrives where x = x / 2 + 1 does, in two instructions", () => {
  expect(run(false)).toBe(12 * 2);
});

test.skipIf(!WebAssembly.validate(moduleBytes(true)))("and in one", () => {
  expect(run(true)).toBe(12 * 2);
});

test("a call makes 12 chains of 4 lanes go 4096 turns, of a multiplication and an addition", () => {
  expect(flopsPerCall).toBe(12 * 4 * 4096 * 2);
  expect(moduleBytes(true).length).toBeLessThan(300);
});
