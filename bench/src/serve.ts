/**
 * The measured side: a process that makes steps when it is told to, and says how long they took. Lines of
 * JSON.
 */
import { createInterface } from "node:readline";
import { clocks, stopwatch, type Duration } from "./clock.ts";

/** Said once, after the first step. */
export interface Ready {
  /** Milliseconds since 1970. */
  readonly readyAt: number;
  /** Processor time up to then. */
  readonly cpu: number;
  /** Of graph and program. */
  readonly compilation?: Duration | undefined;
  /** Names and versions of what is measured. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
}

/**
 * Make steps for so many seconds, one at least. Anything else, also the end of the input, ends the process.
 */
export interface Request {
  readonly seconds: number;
}

export interface Reply {
  /** On average. */
  readonly step: Duration;
  /** Highest resident memory so far. */
  readonly peakRssMib: number;
}

/** What a measured process is made of. */
export interface Subject extends Pick<Ready, "compilation" | "versions"> {
  step(): void | Promise<void>;
}

const now = (): number => performance.timeOrigin + performance.now();

const say = (message: Ready | Reply): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

/** Prepare, make the first step, and then do as told until the input ends. */
export async function serve(prepare: () => Subject | Promise<Subject>): Promise<void> {
  const subject = await prepare();
  await subject.step();
  const readyAt = now();
  const { compilation, versions } = subject;
  say({ readyAt, cpu: clocks.cpu(), compilation, versions });
  for await (const line of createInterface({ input: process.stdin })) {
    say(await repeat(subject, (JSON.parse(line) as Request).seconds));
  }
  process.exit();
}

async function repeat({ step }: Subject, seconds: number): Promise<Reply> {
  const passed = stopwatch();
  const end = clocks.wall() + 1000 * seconds;
  let steps = 0;
  do {
    const working = step();
    // Waiting for what is there already would cost more than a small step does.
    if (working) await working;
    steps++;
  } while (clocks.wall() < end);
  const { wall, cpu } = passed();
  const peakRssMib = process.resourceUsage().maxRSS / 1024;
  return { step: { wall: wall / steps, cpu: cpu / steps }, peakRssMib };
}
