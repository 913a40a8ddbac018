import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import type { ProfiledStatement } from "@unroll/core";
import { product } from "./workloads/product.ts";

// Processes take a while to start on a machine that is busy.
vi.setConfig({ testTimeout: 60_000 });

const file = fileURLToPath(new URL("profile.ts", import.meta.url));

const profile = (...words: readonly string[]) =>
  spawnSync(process.execPath, ["--conditions=development", file, ...words], { encoding: "utf8" });

test("a workload is profiled with the lines that wrote it", () => {
  const { status, stdout, stderr } = profile("W4", "--quick", "--json");
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    workload: "W4",
    case: "",
    profile: { engine: "wasm", repetitions: 4 },
  });
  expect(stdout).toMatch(/"source":"cells\.ts:\d+"/);
});

test("processor time is refused", () => {
  const { status, stderr } = profile("W4", "--clock", "cpu");
  expect(status).toBe(2);
  expect(stderr).toContain("profile: processor time is too coarse for single calls");
});

test("products are counted as the figures of the workload count them", () => {
  const workload = product(50, 256, 512);
  const prepared = workload.prepare({});
  const { statements } = prepared.profile({ repetitions: 1 });
  prepared.dispose();
  const products = (list: readonly ProfiledStatement[]): number =>
    list.reduce((sum, s) => sum + (s.kind === "loop" ? products(s.body) : (s.cost?.multiplyAdds ?? 0)), 0);
  expect(2 * products(statements)).toBe(workload.flops);
});
