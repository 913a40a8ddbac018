import type { Clock } from "./clock.ts";
import type { Workload } from "./workload.ts";

/** How long is measured, and by what. */
export interface Pace {
  readonly repetitions: number;
  /** Of each repetition, and of the steps before the first that warm up. */
  readonly seconds: number;
  readonly clock: Clock;
}

/** What is known of a case. The names are those of the JSON line. */
export interface Figures {
  /** Of one step; of a process up to the end of its first step, where that is the figure. */
  readonly ms: number;
  readonly min_ms: number;
  readonly max_ms: number;
  readonly repetitions: number;
  readonly chars_per_s?: number;
  readonly gflops?: number;
  readonly peak_gflops?: number;
  readonly share_of_peak?: number;
  readonly us_per_time_step?: number;
  readonly compile_ms?: number;
  /** Processor time over wall time: how much of the machine it had. */
  readonly cores?: number;
  readonly peak_rss_mib: number;
}

/** The figures of a workload, by case. */
export interface Result {
  readonly workload: string;
  readonly cases: ReadonlyMap<string, Figures>;
}

export const paces = {
  full: { repetitions: 5, seconds: 1 },
  quick: { repetitions: 3, seconds: 0.1 },
} as const;

/** Of one case, by the times of its repetitions. */
export const summary = (times: readonly number[]) => ({
  ms: median(times),
  min_ms: Math.min(...times),
  max_ms: Math.max(...times),
  repetitions: times.length,
});

/** What follows from the time of a step. */
export const derived = ({ flops, characters, length }: Workload, ms: number, peak: number) => ({
  ...(characters !== undefined && { chars_per_s: (1000 * characters) / ms }),
  ...(flops !== undefined && {
    gflops: flops / ms / 1e6,
    peak_gflops: peak,
    share_of_peak: flops / ms / 1e6 / peak,
  }),
  ...(length !== undefined && { us_per_time_step: (1000 * ms) / length }),
});

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
