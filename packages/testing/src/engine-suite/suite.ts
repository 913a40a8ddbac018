import type { Engine } from "@unroll/core";
import { test } from "vitest";

/** Tests that an engine cannot pass, by their titles, and why. */
export interface Skip {
  readonly reason: string;
  readonly tests: readonly string[];
}

/** What the parts of the suite are given. */
export interface Suite {
  /** One engine for all tests. */
  readonly engine: Engine;
  /** An engine of one's own, to be disposed of; undefined when there is only the one. */
  readonly another: (() => Engine) | undefined;
  /** A test, unless it is skipped. */
  test(title: string, f: () => void): void;
}

/** The tests of a suite, of which some are skipped. */
export function newSuite(
  engine: Engine | (() => Engine),
  skips: readonly Skip[],
): Suite & { checkSkips(): void } {
  const titles = new Set<string>();
  const reasons = new Map(
    skips.flatMap(({ reason, tests }) => tests.map((title) => [title, reason] as const)),
  );
  return {
    engine: typeof engine === "function" ? engine() : engine,
    another: typeof engine === "function" ? engine : undefined,
    test(title, f) {
      titles.add(title);
      const reason = reasons.get(title);
      if (reason === undefined) test(title, f);
      else test.skip(`${title} (${reason})`, f);
    },
    checkSkips() {
      const unknown = [...reasons.keys()].filter((title) => !titles.has(title));
      if (unknown.length > 0)
        throw new Error(`engineSuite: there is no test called ${unknown.join(", ")} to skip.`);
    },
  };
}
