import type { Clock } from "./clock.ts";
import { MeasuredProcess } from "./measured-process.ts";
import type { Peak } from "./peak/peak.ts";
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

/** Starts the process that is measured. */
export type Start = () => Promise<MeasuredProcess>;

/** Burst of the multiply-add loop before each repetition, in seconds. */
const burst = 0.1;

/**
 * Time of a step, warm. The repetitions take turns with the multiply-add loop that they are compared with.
 */
export async function measureWarm(
  start: Start,
  workload: Workload,
  { repetitions, seconds, clock }: Pace,
  peak: Peak,
): Promise<Figures> {
  const subject = await start();
  let last = await subject.repeat(seconds);
  const times: number[] = [];
  const cores: number[] = [];
  const peaks: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    peaks.push(await peak.gflops(Math.min(burst, seconds), clock));
    last = await subject.repeat(seconds);
    times.push(last.step[clock]);
    cores.push(last.step.cpu / last.step.wall);
  }
  await subject.end();
  const compilation = subject.ready.compilation?.[clock];
  return {
    ...summary(times),
    ...derived(workload, median(times), median(peaks)),
    ...(compilation !== undefined && { compile_ms: compilation }),
    cores: median(cores),
    peak_rss_mib: last.peakRssMib,
  };
}

/**
 * From the start of a process to the end of its first step. It goes on for a while, to show how much memory
 * it needs.
 */
export async function measureCold(start: Start, { repetitions, seconds, clock }: Pace): Promise<Figures> {
  const times: number[] = [];
  const memory: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const subject = await start();
    times.push(subject.cold[clock]);
    memory.push((await subject.repeat(seconds)).peakRssMib);
    await subject.end();
  }
  return { ...summary(times), peak_rss_mib: Math.max(...memory) };
}

/** Milliseconds for graph and program, in fresh processes. */
export async function measureCompilation(start: Start, { repetitions, clock }: Pace): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const subject = await start();
    times.push(subject.ready.compilation![clock]);
    await subject.end();
  }
  return median(times);
}

const summary = (times: readonly number[]) => ({
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
