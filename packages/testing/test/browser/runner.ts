/** What a page has in place of vitest: it collects tests and runs them. `expect` is vitest's own. */
import { expect as expectOfVitest } from "vitest";

export const expect = expectOfVitest;

interface Case {
  readonly title: string;
  run(): void;
}

const cases: Case[] = [];
let around: readonly string[] = [];

export function describe(title: string, body: () => void): void {
  const outside = around;
  around = [...outside, title];
  body();
  around = outside;
}

export const test: ((title: string, run: () => void) => void) & {
  skip(title: string, run: () => void): void;
} = Object.assign(
  (title: string, run: () => void): void => {
    cases.push({ title: [...around, title].join(" > "), run });
  },
  { skip: (): void => undefined },
);

/** What became of the tests. */
export interface Outcome {
  readonly passed: number;
  /** Titles and messages. */
  readonly failed: readonly string[];
}

/** Run what has been collected. In between the page does what else it has to, such as starting workers. */
export async function runCollected(): Promise<Outcome> {
  const failed: string[] = [];
  let passed = 0;
  for (const { title, run } of cases.splice(0)) {
    try {
      run();
      passed++;
    } catch (error) {
      failed.push(`${title}: ${String(error)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return { passed, failed };
}
