/**
 * Contestants side by side: repetitions take turns, so that whatever disturbs the machine disturbs all of
 * them.
 */
import { median, type Pace } from "../../src/figures.ts";
import { MeasuredProcess } from "../../src/measured-process.ts";
import type { Reply } from "../../src/serve.ts";
import type { Contestant } from "./contestants.ts";
import type { Compared } from "./library.ts";

/** What a contestant took: of the rounds, in their order. */
export interface Times {
  readonly name: string;
  readonly ms: readonly number[];
  /** Processor time over wall time. */
  readonly cores: number;
  readonly peakRssMib: number;
  readonly versions: Readonly<Record<string, string>>;
}

export interface Race {
  readonly times: readonly Times[];
  /** Who could not run, and why. */
  readonly failures: readonly string[];
}

/** Seconds of steps before the first round: some compile what they have seen a few times. */
const warmUp = 3;

/** Time of a step, warm. */
export async function raceWarm(
  contestants: readonly Contestant[],
  workload: Compared,
  threads: number,
  { repetitions, seconds, clock }: Pace,
): Promise<Race> {
  const failures: string[] = [];
  const running: { readonly name: string; readonly subject: MeasuredProcess; readonly replies: Reply[] }[] =
    [];
  for (const contestant of contestants) {
    try {
      const subject = await MeasuredProcess.start(contestant.command(workload, threads));
      await subject.repeat(warmUp * seconds);
      running.push({ name: contestant.name, subject, replies: [] });
    } catch (error) {
      failures.push(failureOf(contestant, workload, error));
    }
  }
  for (let round = 0; round < repetitions; round++) {
    for (const { subject, replies } of running) replies.push(await subject.repeat(seconds));
  }
  for (const { subject } of running) await subject.end();
  const times = running.map(({ name, subject, replies }) => ({
    name,
    ms: replies.map(({ step }) => step[clock]),
    cores: median(replies.map(({ step }) => step.cpu / step.wall)),
    peakRssMib: replies.at(-1)!.peakRssMib,
    versions: subject.ready.versions ?? {},
  }));
  return { times, failures };
}

/** From the start of a process to the end of its first step of W1; memory after more steps. */
export async function raceCold(
  contestants: readonly Contestant[],
  threads: number,
  { repetitions, seconds, clock }: Pace,
): Promise<Race> {
  const failures: string[] = [];
  const rounds = new Map<string, Times>();
  let running = contestants;
  for (let round = 0; round < repetitions; round++) {
    for (const contestant of running) {
      const { name } = contestant;
      try {
        const subject = await MeasuredProcess.start(contestant.command("W1", threads));
        const { peakRssMib } = await subject.repeat(seconds);
        await subject.end();
        const { ms = [], peakRssMib: before = 0 } = rounds.get(name) ?? {};
        rounds.set(name, {
          name,
          ms: [...ms, subject.cold[clock]],
          cores: subject.cold.cpu / subject.cold.wall,
          peakRssMib: Math.max(before, peakRssMib),
          versions: subject.ready.versions ?? {},
        });
      } catch (error) {
        failures.push(failureOf(contestant, "W1", error));
        running = running.filter((other) => other !== contestant);
      }
    }
  }
  return { times: [...rounds.values()], failures };
}

/** Of what a process complained of, the line that says what went wrong. */
function failureOf({ name }: Contestant, workload: Compared, error: unknown): string {
  const lines = (error as Error).message.split("\n");
  return `${name}, ${workload}: ${lines.find((line) => line.includes("Error")) ?? lines[0]}`;
}
