/** The measuring side: a process that speaks as `serve` does. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Duration } from "./clock.ts";
import type { Ready, Reply, Request } from "./serve.ts";

/** How a process is started. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

export class MeasuredProcess {
  readonly ready: Ready;
  /** From the start of the process to the end of its first step. */
  readonly cold: Duration;
  readonly #child: ChildProcess;
  readonly #answers: Answers;

  private constructor(child: ChildProcess, answers: Answers, ready: Ready, startedAt: number) {
    this.#child = child;
    this.#answers = answers;
    this.ready = ready;
    this.cold = { wall: ready.readyAt - startedAt, cpu: ready.cpu };
  }

  /** Start a program and wait for its first step. Throws when it ends before, with what it complained of. */
  static async start({ program, args, env = process.env }: Command): Promise<MeasuredProcess> {
    const startedAt = performance.timeOrigin + performance.now();
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env });
    // Whoever has gone doesn't read any more; that is told by the answer that is missing.
    child.stdin.on("error", () => undefined);
    const answers = new Answers(child);
    const ready = await answers.next<Ready>();
    return new MeasuredProcess(child, answers, ready, startedAt);
  }

  /** Steps for so many seconds, one at least. */
  async repeat(seconds: number): Promise<Reply> {
    const request: Request = { seconds };
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`);
    return this.#answers.next<Reply>();
  }

  /** Wait until it is gone, so that it disturbs no other. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.stdin!.end();
    await gone;
  }
}

/** What a process says on its standard output, a line of JSON at a time. */
class Answers {
  readonly #lines: AsyncIterator<string>;
  readonly #failure: Promise<never>;
  #complaints = "";

  constructor(child: ChildProcess) {
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    this.#failure = once(child, "error").then(([error]) => Promise.reject(error as Error));
    this.#failure.catch(() => undefined);
    child.stderr!.setEncoding("utf8");
    child.stderr!.on("data", (text: string) => (this.#complaints = (this.#complaints + text).slice(-4000)));
  }

  async next<T>(): Promise<T> {
    for (;;) {
      const { done, value } = await Promise.race([this.#lines.next(), this.#failure]);
      if (done)
        throw new Error(
          `bench: a process that is measured has ended before it answered.\n${this.#complaints}`,
        );
      // Libraries greet on the standard output too.
      if (value.startsWith("{")) return JSON.parse(value) as T;
    }
  }
}
