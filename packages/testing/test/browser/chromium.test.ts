import { beforeAll, describe, expect, test, vi } from "vitest";
import { browser, bundlePage, patience, reportOf } from "./chromium.ts";
import type { Report } from "./page.ts";

vi.setConfig({ testTimeout: 1.2 * patience, hookTimeout: 60_000 });

describe.skipIf(!browser)(browser ? "in Chromium" : "in Chromium (skipped: none is installed)", () => {
  let program: string;
  beforeAll(async () => {
    program = await bundlePage();
  });

  test("an isolated page passes the suite on one thread and on two, and its main thread never sleeps", async () => {
    const { isIsolated, suites, word, isRight } = (await reportOf(program, { isIsolated: true })) as Report;
    expect(isIsolated).toBe(true);
    expect(Object.keys(suites)).toHaveLength(4);
    for (const { passed, failed } of Object.values(suites)) {
      expect(failed).toEqual([]);
      expect(passed).toBeGreaterThan(300);
    }
    expect(word).toBe(42);
    expect(isRight).toBe(true);
  });

  test("a page that is not isolated has one thread", async () => {
    const { isIsolated, isRight } = (await reportOf(program, { isIsolated: false })) as Report;
    expect(isIsolated).toBe(false);
    expect(isRight).toBe(true);
  });
});
