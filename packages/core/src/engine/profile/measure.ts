import { UnsupportedError } from "../../tensor/error.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isFloat } from "../../tensor/type.ts";
import { costOf, type Cost } from "../../ir/cost.ts";
import { writeCount } from "../../ir/kernel.ts";
import { printKernel } from "../../ir/print.ts";
import type { Call, Host, Program, Statement } from "../../ir/program.ts";
import type { Executable } from "../engine.ts";
import { Profile, type ProfiledCall, type ProfiledStatement, type ProfileOptions } from "./profile.ts";
import type { TimedProgram } from "./timed.ts";

/** Milliseconds: for how long runs are repeated before anything is measured, and in every repetition. */
const [warmUp, atLeast] = [200, 20];

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
  { repetitions = 10, clock = () => performance.now() }: ProfileOptions,
): Profile {
  if (!executable.timed)
    throw new UnsupportedError(
      `profile: the engine ${engine} takes no times of its calls.`,
      "Compile for an engine that does: wasm() or reference().",
    );
  const timed = executable.timed(clock);
  repeat(timed, inputs, warmUp);
  const floats = floatsOf(program);
  const rounds = Array.from({ length: repetitions }, () => ({
    ...repeat(timed, inputs, atLeast),
    overhead: timed.overhead(),
    peaks: timed.peak ? floats.map((dtype) => timed.peak!(dtype)) : [],
  }));
  const overheadMs = median(rounds.map(({ overhead }) => overhead));
  const timeOf = (place: number): number => median(rounds.map(({ calls }) => calls[place]!));
  const statements = new Tree(program, timeOf, overheadMs).statements;
  return new Profile({
    engine,
    runs: rounds.reduce((sum, { runs }) => sum + runs, 0),
    wholeMs: median(rounds.map(({ whole }) => whole)),
    sumMs: total(statements),
    overheadMs,
    peak: timed.peak
      ? Object.fromEntries(floats.map((dtype, i) => [dtype, median(rounds.map(({ peaks }) => peaks[i]!))]))
      : {},
    statements,
  });
}

/** Means of as many runs as take so long, which even out the steps of a coarse clock. */
function repeat(timed: TimedProgram, inputs: readonly Tensor[], milliseconds: number) {
  const start = performance.now();
  const sum = { calls: [] as number[], whole: 0 };
  let runs = 0;
  do {
    const { calls, whole } = timed.run(inputs);
    calls.forEach((time, place) => (sum.calls[place] = (sum.calls[place] ?? 0) + time));
    sum.whole += whole;
    runs++;
  } while (performance.now() - start < milliseconds);
  return { calls: sum.calls.map((time) => time / runs), whole: sum.whole / runs, runs };
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

const total = (statements: readonly ProfiledStatement[]): number =>
  statements.reduce((sum, { ms }) => sum + ms, 0);

const times = (cost: Cost, n: number): Cost => ({
  multiplyAdds: n * cost.multiplyAdds,
  operations: n * cost.operations,
  bytesRead: n * cost.bytesRead,
  bytesWritten: n * cost.bytesWritten,
});

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
