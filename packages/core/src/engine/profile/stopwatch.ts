import type { Clock } from "./timed.ts";

/** Adds up the time between marks. Time before a mark belongs to the call that has just ended. */
export class Stopwatch {
  /** Milliseconds of every call, by its place in the program. */
  readonly times: Float64Array;
  readonly #clock: Clock;
  #last = 0;

  constructor(calls: number, clock: Clock) {
    // A program without calls has a mark that is timed by itself, too.
    this.times = new Float64Array(Math.max(1, calls));
    this.#clock = clock;
  }

  /** A run begins: all times are 0. */
  start(): void {
    this.times.fill(0);
    this.#last = this.#clock();
  }

  /** A call has ended. */
  mark(call: number): void {
    const now = this.#clock();
    this.times[call]! += now - this.#last;
    this.#last = now;
  }
}
