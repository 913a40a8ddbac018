import type { Tensor } from "../../tensor/tensor.ts";
import { mean } from "./estimate.ts";
import type { Clock, TimedProgram, Times } from "./timed.ts";

/** What one repetition found: means of its runs. */
export interface Round extends Times {
  readonly overhead: number;
}

/** Runs a program over and over. */
export class Meter {
  /** The best that has been seen. */
  readonly peak: Partial<Record<"f32" | "f64", number>> = {};
  readonly #timed: TimedProgram;
  readonly #inputs: readonly Tensor[];
  /** Those whose peak is measured. */
  readonly #floats: readonly ("f32" | "f64")[];
  readonly #clock: Clock;
  /** Milliseconds of a repetition, by that clock. */
  readonly #atLeast: number;

  constructor(
    timed: TimedProgram,
    inputs: readonly Tensor[],
    floats: readonly ("f32" | "f64")[],
    clock: Clock,
    atLeast: number,
  ) {
    this.#timed = timed;
    this.#inputs = inputs;
    this.#floats = timed.peak ? floats : [];
    this.#clock = clock;
    this.#atLeast = atLeast;
  }

  /** Repetitions, one at least, until their number and the milliseconds that have passed are enough. */
  repeat(isEnough: (count: number, passed: number) => boolean): readonly Round[] {
    const start = performance.now();
    const rounds: Round[] = [];
    do rounds.push(this.#round());
    while (!isEnough(rounds.length, performance.now() - start));
    return rounds;
  }

  #round(): Round {
    const start = this.#clock();
    const runs: Times[] = [];
    do runs.push(this.#timed.run(this.#inputs));
    while (this.#clock() - start < this.#atLeast);
    for (const dtype of this.#floats)
      this.peak[dtype] = Math.max(this.peak[dtype] ?? 0, this.#timed.peak!(dtype));
    return {
      calls: runs[0]!.calls.map((_, place) => mean(runs.map(({ calls }) => calls[place]!))),
      whole: mean(runs.map(({ whole }) => whole)),
      overhead: this.#timed.overhead(),
    };
  }
}

/** By how many milliseconds a clock goes on when it does; 0, if it does not go on by itself. */
export function stepOf(clock: Clock): number {
  let step = Infinity;
  let last = clock();
  for (let i = 0, changes = 0; i < 1e6 && changes < 10; i++) {
    const now = clock();
    if (now === last) continue;
    // Whoever is interrupted misses some.
    step = Math.min(step, now - last);
    last = now;
    changes++;
  }
  return Number.isFinite(step) ? step : 0;
}
