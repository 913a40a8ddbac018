/**
 * Sets how many cases every property of fast-check tries.
 * UNROLL_RUNS is a number or "deep" (`pnpm test:deep`); UNROLL_SEED repeats a failed run.
 */
import fc from "fast-check";

const runs: Record<string, number> = { "": 25, deep: 1000 };
const wanted = process.env.UNROLL_RUNS ?? "";
const numRuns = runs[wanted] ?? Number(wanted);
if (!Number.isInteger(numRuns) || numRuns < 1) {
  throw new Error(`UNROLL_RUNS is ${JSON.stringify(wanted)}; it must be a positive integer or "deep".`);
}

const seed = process.env.UNROLL_SEED;
fc.configureGlobal({ numRuns, ...(seed ? { seed: Number(seed) } : {}) });
