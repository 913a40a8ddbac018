import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** Ends a run with one plain line, `unroll: N passed, N failed`, whatever the other reporters draw. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state === "pending" ? "skipped" : state]++;
      }
      // A file that does not load has no failed test, and must still not look like a success.
      count.failed += module.errors().length;
    }
    count.failed += unhandled.length;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
    console.log(`unroll: ${count.passed} passed, ${count.failed} failed${skipped}`);
  }
}
