import type { Tensor } from "../../tensor/tensor.ts";
import type { Clock, TimedProgram, Times } from "./timed.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** How often a program that only marks does so. */
export const idleMarks = 1000;

/** For how many milliseconds the hardware is measured at once, and for how many of them it is looked at. */
const [peakTime, stretch] = [1, 0.5];

/** A loop that only multiplies and adds. */
export interface PeakLoop {
  readonly run: () => number;
  /** Of a call, a product and its sum being two. */
  readonly operations: number;
}

/** A program that has been loaded twice: as it is, and with marks between its calls. */
export interface Pair {
  readonly plain: { readonly threads: number; run(): void };
  readonly marked: { run(): void };
  /** Only mark, `idleMarks` times. */
  readonly idle: () => void;
  readonly stopwatch: Stopwatch;
  /** Run it on copies of what it would overwrite, and throw the results away. */
  readonly runAside: (run: () => void, inputs: readonly Tensor[]) => void;
  readonly peakLoop: (dtype: "f32" | "f64") => PeakLoop;
}

/** Times a program by the one that has marks, and the whole of it by the one that has none. */
export class TimedPair implements TimedProgram {
  readonly #pair: Pair;
  readonly #clock: Clock;
  readonly #peaks = new Map<"f32" | "f64", PeakLoop>();

  constructor(pair: Pair, clock: Clock) {
    this.#pair = pair;
    this.#clock = clock;
  }

  get threads(): number {
    return this.#pair.plain.threads;
  }

  run(inputs: readonly Tensor[]): Times {
    const { plain, marked, stopwatch, runAside } = this.#pair;
    let whole = 0;
    runAside(() => {
      stopwatch.start();
      marked.run();
    }, inputs);
    runAside(() => {
      const start = this.#clock();
      plain.run();
      whole = this.#clock() - start;
    }, inputs);
    return { calls: [...stopwatch.times], whole };
  }

  overhead(): number {
    const { stopwatch, idle } = this.#pair;
    stopwatch.start();
    idle();
    return stopwatch.times[0]! / idleMarks;
  }

  peak(dtype: "f32" | "f64"): number {
    const loop = this.#peaks.get(dtype) ?? this.#pair.peakLoop(dtype);
    this.#peaks.set(dtype, loop);
    return rateOf(loop, peakTime);
  }
}

/**
 * Billions of operations per second: the best that is seen in so many milliseconds, by stretches that are short enough
 * to fall between two interruptions.
 */
function rateOf({ run, operations }: PeakLoop, milliseconds: number): number {
  const end = performance.now() + milliseconds;
  let best = 0;
  for (let now = performance.now(); now < end;) {
    const start = now;
    let calls = 0;
    do {
      run();
      calls++;
      now = performance.now();
    } while (now - start < stretch);
    best = Math.max(best, (calls * operations) / (1e6 * (now - start)));
  }
  return best;
}
