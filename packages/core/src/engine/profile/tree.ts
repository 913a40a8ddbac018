import { isFloat } from "../../tensor/type.ts";
import { costOf, type Cost } from "../../ir/cost.ts";
import { writeCount } from "../../ir/kernel.ts";
import { printKernel } from "../../ir/print.ts";
import type { Call, Host, Program, Statement } from "../../ir/program.ts";
import { sum } from "./estimate.ts";
import type { ProfiledCall, ProfiledStatement } from "./profile.ts";

/** The statements of a program with the milliseconds of every call, less what the clock takes each time. */
export const profiledStatements = (
  program: Program,
  times: readonly number[],
  overhead: number,
): readonly ProfiledStatement[] => new Tree(program, times, overhead).statements;

class Tree {
  readonly statements: readonly ProfiledStatement[];
  readonly #program: Program;
  readonly #times: readonly number[];
  readonly #overhead: number;
  /** How many calls have been met, and how many of kernels. */
  #calls = 0;
  #numbered = 0;

  constructor(program: Program, times: readonly number[], overhead: number) {
    this.#program = program;
    this.#times = times;
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
    return Math.max(0, this.#times[this.#calls++]! - calls * this.#overhead);
  }
}

/** Milliseconds of all of them. */
export const total = (statements: readonly ProfiledStatement[]): number =>
  sum(statements.map(({ ms }) => ms));

const times = (cost: Cost, n: number): Cost => ({
  multiplyAdds: n * cost.multiplyAdds,
  operations: n * cost.operations,
  bytesRead: n * cost.bytesRead,
  bytesWritten: n * cost.bytesWritten,
});
