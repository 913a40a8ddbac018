import { describe, expect, test } from "vitest";
import { programs, random } from "../../../test/programs.ts";
import { compile, reference, type Engine, type Program, type Tensor } from "../../index.ts";
import { dimensionsOfKernel, kernelKey, type Dimension, type Kernel } from "../../ir/kernel.ts";
import type { Call, Loop, Statement } from "../../ir/program.ts";
import type { View } from "../../ir/view.ts";
import { flatten } from "../../tensor/tree.ts";
import { partition } from "./partition.ts";
import { plan } from "./plan.ts";

/**
 * What several threads would do, in the worst order: loops are unrolled, and between two barriers the last thread does
 * all of its shares before the one in front of it begins. If a barrier is missing, numbers are wrong.
 */
function worstOrder(program: Program, threads: number): Program {
  const kernels: Kernel[] = [];
  const places = new Map<string, number>();
  const place = (kernel: Kernel): number => {
    const key = kernelKey(kernel);
    const at = places.get(key) ?? kernels.push(kernel) - 1;
    places.set(key, at);
    return at;
  };
  const shareOf = (call: Call, thread: number): Call | undefined => {
    const kernel = program.kernels[call.kernel]!;
    const split = call.split!;
    if (split === "first" || asksForPosition(kernel)) {
      return thread === 0 ? { ...call, kernel: place(kernel) } : undefined;
    }
    const { size, strides } = dimensionsOfKernel(kernel)[split.dimension]!;
    const runs = Math.ceil(size / split.grain);
    const at = (p: number): number => Math.min(size, Math.floor((p * runs) / threads) * split.grain);
    const [start, end] = [at(thread), at(thread + 1)];
    if (start === end) return undefined;
    const operands = call.operands.map((view, i) => ({ ...view, offset: view.offset + start * strides[i]! }));
    return { ...call, operands, kernel: place(narrowed(kernel, split.dimension, end - start)) };
  };
  const phases: Call[][] = [[]];
  for (const statement of unrolled(program.statements)) {
    if (statement.kind === "barrier") phases.push([]);
    else if (statement.kind === "call") phases.at(-1)!.push(statement);
  }
  const order = Array.from({ length: threads }, (_, i) => threads - 1 - i);
  const statements = phases.flatMap((calls) =>
    order.flatMap((thread) => calls.flatMap((call) => shareOf(call, thread) ?? [])),
  );
  return { ...program, kernels, statements };
}

const asksForPosition = (kernel: Kernel): boolean =>
  "body" in kernel && kernel.body.some(({ op }) => op === "index");

function narrowed(kernel: Kernel, dimension: number, size: number): Kernel {
  let at = 0;
  const narrow = (dimensions: readonly Dimension[]): readonly Dimension[] =>
    dimensions.map((d) => (at++ === dimension ? { ...d, size } : d));
  switch (kernel.form) {
    case "map":
      return { ...kernel, dimensions: narrow(kernel.dimensions) };
    case "reduce":
      return { ...kernel, kept: narrow(kernel.kept), reduced: narrow(kernel.reduced) };
    case "contract":
      return {
        ...kernel,
        batch: narrow(kernel.batch),
        m: narrow(kernel.m),
        n: narrow(kernel.n),
        k: narrow(kernel.k),
      };
    case "scatterAdd":
      return { ...kernel, rows: narrow(kernel.rows), columns: narrow(kernel.columns) };
  }
}

function unrolled(statements: readonly Statement[]): readonly Exclude<Statement, Loop>[] {
  return statements.flatMap((statement): readonly Exclude<Statement, Loop>[] => {
    if (statement.kind !== "loop") return [statement];
    const body = unrolled(statement.body);
    const at = (view: View, turn: number): View => ({
      ...view,
      offset: view.steps.reduce(
        (offset, { loop, stride }) => offset + (loop === statement.loop ? stride * turn : 0),
        view.offset,
      ),
      steps: view.steps.filter(({ loop }) => loop !== statement.loop),
    });
    return Array.from({ length: statement.length }, (_, turn) =>
      body.map((each) =>
        each.kind === "call" ? { ...each, operands: each.operands.map((view) => at(view, turn)) } : each,
      ),
    ).flat();
  });
}

/** The plan, shared out; run by the interpreter as `threads` threads would. */
function shared(threads: number, smallest = 2, look?: (program: Program) => void): Engine {
  const { load, store, dispose, checks } = reference();
  return {
    name: "shared",
    checks,
    store,
    dispose,
    plan(graph, options) {
      const program = partition(plan(graph, { ...options, panel: 4 }), { smallest });
      look?.(program);
      return program;
    },
    load: (program) => load(worstOrder(program, threads)),
  };
}

const run = ([f, args]: (typeof programs)[string], engine: Engine): Map<string, number[]> => {
  const result: unknown = compile(f as (...xs: unknown[]) => unknown, { engine })(...(args as never[]));
  return new Map(flatten(result).map(({ path, leaf }) => [path, [...(leaf as Tensor).data]]));
};

describe.each([2, 3, 7])("with %i threads in the worst order", (threads) => {
  test.each(Object.entries(programs))("%s", (_, program) => {
    // Bit for bit: no reduced dimension is split.
    expect(run(program, shared(threads))).toEqual(run(program, shared(1)));
  });
});

test("a missing barrier shows", () => {
  const program = programs["a language model of two layers, trained by one step of RMSProp"]!;
  const { load, ...rest } = shared(2);
  const without = (statements: readonly Statement[]): readonly Statement[] =>
    statements
      .filter(({ kind }) => kind !== "barrier")
      .map((s) => (s.kind === "loop" ? { ...s, body: without(s.body) } : s));
  const careless: Engine = {
    ...rest,
    load: (made) => load({ ...made, statements: without(made.statements) }),
  };
  expect(run(program, careless)).not.toEqual(run(program, shared(1)));
});

test("split along the batch, a recurrent step and its backward step need no barrier inside", () => {
  const [f] = programs["an LSTM with the gradient of everything"]!;
  const [T, B, I, H] = [5, 50, 24, 32];
  const weights = { wx: random(I, 4 * H), wh: random(H, 4 * H), b: random(4 * H) };
  let program: Program | undefined;
  const engine = shared(2, 16, (made) => (program = made));
  compile(f as (...xs: unknown[]) => unknown, { engine })(
    ...([weights, random(B, H), random(B, H), random(T, B, I)] as never[]),
  );
  const loops = program!.statements.filter((s) => s.kind === "loop");
  const forward = loops.slice(0, 2).flatMap(({ body }) => body.map(({ kind }) => kind));
  expect(forward).not.toContain("barrier");
  // The weight gradients are still summed inside of the backward loop here, and their rows are not the batch's.
  expect(loops[2]!.body.filter(({ kind }) => kind === "barrier").length).toBeLessThanOrEqual(2);
});
