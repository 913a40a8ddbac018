import { dimensionsOfKernel, type Kernel } from "../../ir/kernel.ts";
import type { Call, Host, Loop, Program, Split, Statement } from "../../ir/program.ts";
import { effortOfAll, type ThreadCosts } from "./effort.ts";
import { accessesOf, accessesOfHost, conflict, splittable, type Access } from "./ownership.ts";

/**
 * A program shared out among threads: every call is split along one dimension, and a barrier stands wherever a call
 * touches what another thread may have written, or writes what another may have read, since the last one.
 *
 * As no reduced dimension is ever split, results do not depend on the number of threads. Loops choose first: a body
 * looks for a size that occurs in all of its calls, such as the batch, because a split along it needs no barrier
 * inside. What would take several threads longer than one is left to one.
 */
export function partition(program: Program, costs: ThreadCosts): Program {
  const { kernels } = program;
  const statements = new Partition(kernels, costs).block(program.statements, []);
  const alone = effortOfAll(program.statements, kernels, costs);
  const together = costs.start + effortOfAll(statements, kernels, costs);
  return together < alone ? { ...program, statements } : program;
}

class Partition {
  readonly #kernels: readonly Kernel[];
  readonly #costs: ThreadCosts;
  /** What has been touched since the last barrier. */
  #since: Access[] = [];

  constructor(kernels: readonly Kernel[], costs: ThreadCosts) {
    this.#kernels = kernels;
    this.#costs = costs;
  }

  block(statements: readonly Statement[], loops: readonly Loop[]): readonly Statement[] {
    return statements.flatMap((statement): readonly Statement[] => {
      switch (statement.kind) {
        case "call":
          return this.#place(this.#shared(statement, loops), loops);
        case "loop":
          return this.#loop(statement, loops);
        case "host":
          return this.#place(statement, loops);
        case "barrier":
          return [statement];
      }
    });
  }

  /** A statement after a barrier, if it needs one. */
  #place(statement: Call | Host, loops: readonly Loop[]): readonly Statement[] {
    const accesses = this.#accesses([statement], loops);
    const isBlocked = this.#meets(accesses);
    if (isBlocked) this.#since = [];
    this.#since.push(...accesses);
    return isBlocked ? [{ kind: "barrier" }, statement] : [statement];
  }

  #meets(accesses: readonly Access[]): boolean {
    return accesses.some((a) => this.#since.some((b) => conflict(a, b)));
  }

  /** The split of a call that meets nothing touched before; of several, the outermost. */
  #shared(call: Call, loops: readonly Loop[]): Call {
    const kernel = this.#kernels[call.kernel]!;
    const splits = splitsOf(kernel, this.#since, this.#costs.smallest);
    const free = splits.find((split) => !this.#meets(accessesOf(call, kernel, split, loops)));
    return { ...call, split: free ?? splits[0] ?? "first" };
  }

  /** A loop left to the first thread, or split along a size: in the way that takes the least time. */
  #loop(loop: Loop, around: readonly Loop[]): readonly Statement[] {
    const loops = [...around, loop];
    const before = this.#since;
    const sizes = sizesIn(loop.body, this.#kernels).filter((size) => size >= this.#costs.smallest / 2);
    const shared = [undefined, ...sizes].map((size) =>
      share(loop.body, this.#kernels, size, this.#costs.smallest),
    );
    const ways = [...shared, left(loop.body)].map((body) => this.#body(body, loops));
    const effort = (body: readonly Statement[]): number => effortOfAll(body, this.#kernels, this.#costs);
    const best = ways.reduce((a, b) => (effort(b.body) < effort(a.body) ? b : a));
    this.#since = best.touched;
    const body = { ...loop, body: best.body };
    const meetsBefore = best.touched.some((a) => before.some((b) => conflict(a, b)));
    if (meetsBefore) return [{ kind: "barrier" }, body];
    this.#since = [...before, ...best.touched];
    return [body];
  }

  /** A body whose calls are split, with the barriers that two turns in a row need. */
  #body(
    shared: readonly Statement[],
    loops: readonly Loop[],
  ): { readonly body: readonly Statement[]; readonly touched: Access[] } {
    this.#since = [];
    let body = shared;
    // The second turn shows what the end of one turn does to the beginning of the next; barriers of the first stay.
    for (let turn = 0; turn < 2; turn++) body = this.#turn(body, loops);
    const touched = this.#accesses(body, loops);
    return { body, touched };
  }

  #turn(body: readonly Statement[], loops: readonly Loop[]): readonly Statement[] {
    return body.flatMap((statement): readonly Statement[] => {
      switch (statement.kind) {
        case "barrier":
          this.#since = [];
          return [statement];
        case "call":
        case "host":
          return this.#place(statement, loops);
        case "loop":
          return this.#loop(statement, loops);
      }
    });
  }

  /** Everything that a list of statements touches. */
  #accesses(statements: readonly Statement[], loops: readonly Loop[]): Access[] {
    return statements.flatMap((statement): Access[] => {
      switch (statement.kind) {
        case "call":
          return [...accessesOf(statement, this.#kernels[statement.kernel]!, statement.split!, loops)];
        case "loop":
          return this.#accesses(statement.body, [...loops, statement]);
        case "host":
          return [...accessesOfHost(statement, loops)];
        case "barrier":
          return [];
      }
    });
  }
}

/**
 * Ways to split a kernel: along its dimensions, outer ones first, and so that it agrees with what was touched before.
 */
function splitsOf(kernel: Kernel, since: readonly Access[], smallest: number): readonly Split[] {
  const dimensions = dimensionsOfKernel(kernel);
  const runs = new Set(since.flatMap(({ key }) => (key.includes(",") ? [Number(key.split(",")[1])] : [])));
  return splittable(kernel).flatMap((dimension): Split[] => {
    const { size } = dimensions[dimension]!;
    const whole = alone(kernel, dimension);
    const agreeing = [...runs]
      .filter((n) => n > 1 && n <= size && size % n === 0)
      .map((n) => ({ dimension, grain: size / n }));
    return size < smallest ? agreeing : [whole, ...agreeing];
  });
}

/** A split by itself: along unit strides in runs of a cache line, so that no two threads write to one. */
function alone(kernel: Kernel, dimension: number): Split {
  const { strides } = dimensionsOfKernel(kernel)[dimension]!;
  return { dimension, grain: Math.abs(strides.at(-1)!) === 1 ? 16 : 1 };
}

/** Every call of a body split into `runs` where it has a dimension that divides so, or along its outermost one. */
function share(
  body: readonly Statement[],
  kernels: readonly Kernel[],
  runs: number | undefined,
  smallest: number,
): readonly Statement[] {
  return body.map((statement) => {
    if (statement.kind === "loop")
      return { ...statement, body: share(statement.body, kernels, runs, smallest) };
    if (statement.kind !== "call") return statement;
    const kernel = kernels[statement.kernel]!;
    const dimensions = dimensionsOfKernel(kernel);
    const choices = splittable(kernel);
    const fitting = runs === undefined ? undefined : choices.find((d) => dimensions[d]!.size % runs === 0);
    if (runs !== undefined && fitting !== undefined) {
      return { ...statement, split: { dimension: fitting, grain: dimensions[fitting]!.size / runs } };
    }
    const widest = choices.find((d) => dimensions[d]!.size >= smallest);
    return { ...statement, split: widest === undefined ? "first" : alone(kernel, widest) };
  });
}

/** A body that is left to the first thread. */
const left = (body: readonly Statement[]): readonly Statement[] =>
  body.map((statement) => {
    if (statement.kind === "loop") return { ...statement, body: left(statement.body) };
    return statement.kind === "call" ? { ...statement, split: "first" } : statement;
  });

/** Sizes along which calls of a body can be split. */
function sizesIn(body: readonly Statement[], kernels: readonly Kernel[]): readonly number[] {
  const sizes = body.flatMap((statement): readonly number[] => {
    if (statement.kind === "loop") return sizesIn(statement.body, kernels);
    if (statement.kind !== "call") return [];
    const kernel = kernels[statement.kernel]!;
    return splittable(kernel).map((d) => dimensionsOfKernel(kernel)[d]!.size);
  });
  return [...new Set(sizes)];
}
