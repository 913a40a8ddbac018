/** The measuring side: a process that runs `serve`. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Duration } from "./clock.ts";
import type { Ready, Reply, Request } from "./serve.ts";

export class MeasuredProcess {
  readonly ready: Ready;
  /** From the start of the process to the end of its first step. */
  readonly cold: Duration;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, ready: Ready, startedAt: number) {
    this.#child = child;
    this.#lines = lines;
    this.ready = ready;
    this.cold = { wall: ready.readyAt - startedAt, cpu: ready.cpu };
  }

  /** Start a program and wait for its first step. Throws when it ends before. */
  static async start(command: string, args: readonly string[]): Promise<MeasuredProcess> {
    const startedAt = performance.timeOrigin + performance.now();
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    const failed = once(child, "error").then(([error]) => Promise.reject(error as Error));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ready = await Promise.race([nextMessage<Ready>(lines), failed]);
    return new MeasuredProcess(child, lines, ready, startedAt);
  }

  /** Steps for so many seconds, one at least. */
  async repeat(seconds: number): Promise<Reply> {
    const request: Request = { seconds };
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`);
    return nextMessage<Reply>(this.#lines);
  }

  /** Wait until it is gone, so that it disturbs no other. */
  async end(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.stdin!.end();
    await gone;
  }
}

/** The next line that is a message: libraries greet on the standard output too. */
async function nextMessage<T>(lines: AsyncIterator<string>): Promise<T> {
  for (;;) {
    const { done, value } = await lines.next();
    if (done) throw new Error("the process ended before it answered");
    if (value.startsWith("{")) return JSON.parse(value) as T;
  }
}
