import { UnsupportedError } from "../../tensor/error.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isFloat } from "../../tensor/type.ts";
import { costOf, type Cost } from "../../ir/cost.ts";
import { writeCount } from "../../ir/kernel.ts";
import { printKernel } from "../../ir/print.ts";
import type { Call, Host, Program, Statement } from "../../ir/program.ts";
import type { Executable } from "../engine.ts";
import { Profile, type ProfiledCall, type ProfiledStatement, type ProfileOptions } from "./profile.ts";
import type { Clock, TimedProgram, Times } from "./timed.ts";

/** For how many milliseconds it is run before anything is measured, and, if nobody says how often, after that. */
const [warmUp, enough] = [100, 500];

/** So often is enough when a program takes long, and too often when it takes nothing. */
const [fewest, most] = [10, 10_000];

/** What takes so many steps of the clock can be measured by itself; a repetition takes as many at least. */
const steps = 100;

/** What is profiled. */
export interface Subject {
  readonly program: Program;
  readonly executable: Executable;
  /** The name of its engine. */
  readonly engine: string;
}

/**
 * Where the time of a program goes on these inputs, which stay as they are.
 *
 * Throws: UnsupportedError when the engine takes no times; what running the program throws.
 */
export function profile(
  { program, executable, engine }: Subject,
  inputs: readonly Tensor[],
  { repetitions, clock = () => performance.now() }: ProfileOptions,
): Profile {
  if (!executable.timed)
    throw new UnsupportedError(
      `profile: the engine ${engine} takes no times of its calls.`,
      "Compile for an engine that does: wasm() or reference().",
    );
  const timed = executable.timed(clock);
  const coarse = steps * stepOf(clock);
  const meter = new Meter(timed, inputs, floatsOf(program), coarse);
  meter.repeat((count, passed) => count >= most || passed >= warmUp);
  const rounds = meter.repeat((count, passed) =>
    repetitions === undefined ? count >= most || (count >= fewest && passed >= enough) : count >= repetitions,
  );
  const overheadMs = fastest(rounds.map(({ overhead }) => overhead));
  const quiet = fastestOf(rounds, ({ calls }) => sum(calls));
  const timeOf = (place: number): number => {
    const all = mean(quiet.map(({ calls }) => calls[place]!));
    // The fastest of what the clock can hardly tell from nothing would be nothing.
    return all < coarse ? all : fastest(rounds.map(({ calls }) => calls[place]!));
  };
  const statements = new Tree(program, timeOf, overheadMs).statements;
  return new Profile({
    engine,
    repetitions: rounds.length,
    wholeMs: fastest(rounds.map(({ whole }) => whole)),
    sumMs: total(statements),
    overheadMs,
    peak: meter.peak,
    statements,
  });
}

/** What one repetition found: means of its runs. */
interface Round extends Times {
  readonly overhead: number;
}

/** Runs a program over and over. */
class Meter {
  /** The best that has been seen. */
  readonly peak: Partial<Record<"f32" | "f64", number>> = {};
  readonly #timed: TimedProgram;
  readonly #inputs: readonly Tensor[];
  /** Those whose peak is measured. */
  readonly #floats: readonly ("f32" | "f64")[];
  /** Milliseconds of a repetition. */
  readonly #atLeast: number;

  constructor(
    timed: TimedProgram,
    inputs: readonly Tensor[],
    floats: readonly ("f32" | "f64")[],
    atLeast: number,
  ) {
    this.#timed = timed;
    this.#inputs = inputs;
    this.#floats = timed.peak ? floats : [];
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
    const start = performance.now();
    const runs: Times[] = [];
    do runs.push(this.#timed.run(this.#inputs));
    while (performance.now() - start < this.#atLeast);
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
function stepOf(clock: Clock): number {
  const start = clock();
  for (let i = 0; i < 1e6; i++) {
    const now = clock();
    if (now !== start) return now - start;
  }
  return 0;
}

/** The dtypes that a program computes with and that have a peak. */
const floatsOf = ({ kernels }: Program): readonly ("f32" | "f64")[] => [
  ...new Set(kernels.map(({ dtypes }) => dtypes.at(-1)!).filter(isFloat)),
];

/** The statements of a program with their times. */
class Tree {
  readonly statements: readonly ProfiledStatement[];
  readonly #program: Program;
  readonly #timeOf: (place: number) => number;
  readonly #overhead: number;
  /** How many calls have been met, and how many of kernels. */
  #calls = 0;
  #numbered = 0;

  constructor(program: Program, timeOf: (place: number) => number, overhead: number) {
    this.#program = program;
    this.#timeOf = timeOf;
    this.#overhead = overhead;
    this.statements = this.#visit(program.statements, 1);
  }

  #visit(statements: readonly Statement[], turns: number): readonly ProfiledStatement[] {
    return statements.flatMap((statement): readonly ProfiledStatement[] => {
      switch (statement.kind) {
        case "barrier":
          return [];
        case "loop": {
          const { loop, length, origin } = statement;
          const body = this.#visit(statement.body, turns * length);
          return [{ kind: "loop", loop, turns: length, origin, ms: total(body), body }];
        }
        case "call":
          return [this.#call(statement, turns)];
        case "host":
          return [this.#host(statement, turns)];
      }
    });
  }

  #call({ kernel: place, operands, origin }: Call, calls: number): ProfiledCall {
    const kernel = this.#program.kernels[place]!;
    const dtype = kernel.dtypes.at(-1)!;
    return {
      kind: "call",
      number: ++this.#numbered,
      kernel: place,
      form: kernel.form,
      what: printKernel(kernel),
      writes: operands.slice(-writeCount(kernel)).map(({ buffer }) => buffer.name),
      origin,
      calls,
      ms: this.#nextTime(calls),
      cost: times(costOf(kernel), calls),
      ...(isFloat(dtype) && { dtype }),
    };
  }

  #host({ writes, origin }: Host, calls: number): ProfiledCall {
    return {
      kind: "host",
      what: "JavaScript",
      writes: writes.map(({ buffer }) => buffer.name),
      origin,
      calls,
      ms: this.#nextTime(calls),
    };
  }

  /** Without what the clock took. Nothing is left of a call that is shorter than the clock can tell. */
  #nextTime(calls: number): number {
    return Math.max(0, this.#timeOf(this.#calls++) - calls * this.#overhead);
  }
}

const total = (statements: readonly ProfiledStatement[]): number => sum(statements.map(({ ms }) => ms));

const times = (cost: Cost, n: number): Cost => ({
  multiplyAdds: n * cost.multiplyAdds,
  operations: n * cost.operations,
  bytesRead: n * cost.bytesRead,
  bytesWritten: n * cost.bytesWritten,
});

/** Those repetitions in which other programs disturbed least: a quarter of them. */
const fastestOf = <R>(repetitions: readonly R[], timeOf: (repetition: R) => number): readonly R[] =>
  repetitions.toSorted((a, b) => timeOf(a) - timeOf(b)).slice(0, Math.ceil(repetitions.length / 4));

const fastest = (times: readonly number[]): number => mean(fastestOf(times, (time) => time));

const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);

const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;
