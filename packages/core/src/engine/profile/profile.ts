import type { Cost } from "../../ir/cost.ts";
import type { Kernel } from "../../ir/kernel.ts";
import type { Origin } from "../../ir/program.ts";
import { printProfile } from "./print.ts";
import type { Clock } from "./timed.ts";

export interface ProfileOptions {
  /**
   * How often it is measured. Figures are means of the fastest quarter. Default: as often as half a second allows, and
   * five times at least.
   */
  readonly repetitions?: number;
  /**
   * In milliseconds. With a coarse one, a repetition is as many runs as take a hundred of its steps. Default:
   * `performance.now`.
   */
  readonly clock?: Clock;
}

/** A call of a kernel, or of a JavaScript function. */
export interface ProfiledCall {
  readonly kind: "call" | "host";
  /** Of a call of a kernel, the number that `explain()` gives it. */
  readonly number?: number;
  /** Its kernel's place in the program, and what that is: `contract [50]x[128] . [128]x[512]`. */
  readonly kernel?: number;
  readonly form?: Kernel["form"];
  readonly what: string;
  /** The buffers that it writes: labels, or names of ops. */
  readonly writes: readonly string[];
  /** The op that it is part of, with its operands and, after `captureSource(true)`, the line that wrote it. */
  readonly origin: Origin;
  /** How often it is made in one run. */
  readonly calls: number;
  /** Milliseconds in one run, of all `calls` together. */
  readonly ms: number;
  /** Of all `calls` together, counted from the kernel's dimensions. */
  readonly cost?: Cost;
  /** What the share of the peak refers to; absent where no floats are written. */
  readonly dtype?: "f32" | "f64";
}

/** A loop with what is in it, in order. */
export interface ProfiledLoop {
  readonly kind: "loop";
  readonly loop: number;
  readonly turns: number;
  readonly origin: Origin;
  /** Milliseconds in one run, of all that is inside. */
  readonly ms: number;
  readonly body: readonly ProfiledStatement[];
}

export type ProfiledStatement = ProfiledCall | ProfiledLoop;

/** Where the time of a program goes. Plain data; as a string, a table. */
export class Profile {
  readonly engine: string;
  /** How often it was measured. */
  readonly repetitions: number;
  /** Milliseconds of a run without a clock between its calls, on all its threads. */
  readonly wholeMs: number;
  /** How many threads such a run uses. */
  readonly threads: number;
  /** Milliseconds of all calls together, each timed by itself, on one thread. */
  readonly sumMs: number;
  /** Milliseconds that the clock takes at every call. They have been taken off. */
  readonly overheadMs: number;
  /**
   * Billions of operations per second that one thread reaches when it only multiplies and adds, measured between the
   * runs, by dtype. Without entries on an engine that has no such measure.
   */
  readonly peak: Readonly<Partial<Record<"f32" | "f64", number>>>;
  /** In the order in which they run. */
  readonly statements: readonly ProfiledStatement[];

  constructor(figures: Omit<Profile, "toString">) {
    this.engine = figures.engine;
    this.repetitions = figures.repetitions;
    this.wholeMs = figures.wholeMs;
    this.threads = figures.threads;
    this.sumMs = figures.sumMs;
    this.overheadMs = figures.overheadMs;
    this.peak = figures.peak;
    this.statements = figures.statements;
  }

  /** A table of the forms of kernels, and one of all calls, slowest first. */
  toString(): string {
    return printProfile(this);
  }
}
