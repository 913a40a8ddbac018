import { catalogue, type Name } from "./catalogue.ts";
import { derived, median, summary, type Figures, type Pace, type Result } from "./figures.ts";
import { MeasuredProcess, type Command } from "./measured-process.ts";
import type { Peak } from "./peak/peak.ts";
import type { Workload } from "./workload.ts";

/** Burst of the multiply-add loop before each repetition, in seconds. */
const burst = 0.1;

/** All cases of a workload, each in processes of its own that `commandOf` names. */
export async function measure(
  workload: Name,
  commandOf: (name: Name, which: string) => Command,
  pace: Pace,
  peak: Peak,
): Promise<Result> {
  const { cases, figure, compiling } = catalogue[workload];
  const measured = new Map<string, Figures>();
  for (const [which, work] of cases) {
    const command = commandOf(workload, which);
    const figures =
      figure === "cold" ? await measureCold(command, pace) : await measureWarm(command, work, pace, peak);
    const compiled = compiling && { compile_ms: await measureCompilation(command, pace) };
    measured.set(which, { ...figures, ...compiled });
  }
  return { workload, cases: measured };
}

/**
 * Time of a step, warm. The repetitions take turns with the multiply-add loop that they are compared with.
 */
async function measureWarm(
  command: Command,
  workload: Workload,
  { repetitions, seconds, clock }: Pace,
  peak: Peak,
): Promise<Figures> {
  const subject = await MeasuredProcess.start(command);
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
async function measureCold(command: Command, { repetitions, seconds, clock }: Pace): Promise<Figures> {
  const times: number[] = [];
  const memory: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const subject = await MeasuredProcess.start(command);
    times.push(subject.cold[clock]);
    memory.push((await subject.repeat(seconds)).peakRssMib);
    await subject.end();
  }
  return { ...summary(times), peak_rss_mib: Math.max(...memory) };
}

/** Milliseconds for graph and program, in fresh processes. */
async function measureCompilation(command: Command, { repetitions, clock }: Pace): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const subject = await MeasuredProcess.start(command);
    times.push(subject.ready.compilation![clock]);
    await subject.end();
  }
  return median(times);
}
