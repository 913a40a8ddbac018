import { describe, expect, test } from "vitest";
import { programs, random } from "../../../test/programs.ts";
import { compile, reference, type Engine, type Program, type Tensor } from "../../index.ts";
import { kernelKey, type Kernel } from "../../ir/kernel.ts";
import type { Call, Loop, Statement } from "../../ir/program.ts";
import { shareOf } from "../../ir/share.ts";
import type { Buffer, View } from "../../ir/view.ts";
import { byteSize, type DType } from "../../tensor/type.ts";
import { flatten } from "../../tensor/tree.ts";
import { planMemory } from "../plan-memory.ts";
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
  const partOf = (call: Call, thread: number): Call | undefined => {
    const share = shareOf(program.kernels[call.kernel]!, call.split!, thread, threads);
    if (!share) return undefined;
    const operands = call.operands.map((view, i) => ({ ...view, offset: view.offset + share.offsets[i]! }));
    return { ...call, operands, kernel: place(share.kernel) };
  };
  const phases: Call[][] = [[]];
  for (const statement of unrolled(program.statements)) {
    if (statement.kind === "barrier") phases.push([]);
    else if (statement.kind === "call") phases.at(-1)!.push(statement);
  }
  const order = Array.from({ length: threads }, (_, i) => threads - 1 - i);
  const statements = phases.flatMap((calls) =>
    order.flatMap((thread) => calls.flatMap((call) => partOf(call, thread) ?? [])),
  );
  return { ...program, kernels, statements };
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

/** The program with its buffers where `planMemory` puts them: those that share memory are parts of one buffer. */
function inPlace(program: Program): Program {
  const { addresses, size } = planMemory(program);
  const buffers = [...program.buffers];
  const arenas = new Map<DType, Buffer>();
  const arenaOf = (dtype: DType): Buffer => {
    const arena = arenas.get(dtype) ?? {
      id: buffers.length,
      name: `all ${dtype}`,
      dtype,
      size: size / byteSize(dtype),
      role: "temporary" as const,
    };
    if (!arenas.has(dtype)) buffers.push(arena);
    arenas.set(dtype, arena);
    return arena;
  };
  const moved = (view: View): View => {
    const { id, dtype } = view.buffer;
    if (addresses[id] === undefined || program.buffers[id]!.data) return view;
    return { ...view, buffer: arenaOf(dtype), offset: view.offset + addresses[id] / byteSize(dtype) };
  };
  const all = (statements: readonly Statement[]): readonly Statement[] =>
    statements.map((s) => {
      if (s.kind === "loop") return { ...s, body: all(s.body) };
      return s.kind === "call" ? { ...s, operands: s.operands.map(moved) } : s;
    });
  return {
    ...program,
    statements: all(program.statements),
    outputs: program.outputs.map(moved),
    buffers,
  };
}

/** Whatever can be shared out is. */
const always = { barrier: 0, start: -Infinity, smallest: 2 };

/** The plan, shared out; run by the interpreter as `threads` threads would. */
function shared(threads: number, costs = always, look?: (program: Program) => void): Engine {
  const { load, store, dispose, checks } = reference();
  return {
    name: "shared",
    checks,
    store,
    dispose,
    plan(graph, options) {
      const program = partition(plan(graph, { ...options, panel: 4 }), { threads, ...costs });
      look?.(program);
      return program;
    },
    load: (program) => load(worstOrder(inPlace(program), threads)),
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
  const engine = shared(2, { barrier: 2_000, start: 100_000, smallest: 16 }, (made) => (program = made));
  compile(f as (...xs: unknown[]) => unknown, { engine })(
    ...([weights, random(B, H), random(B, H), random(T, B, I)] as never[]),
  );
  const loops = program!.statements.filter((s) => s.kind === "loop");
  const forward = loops.slice(0, 2).flatMap(({ body }) => body.map(({ kind }) => kind));
  expect(forward).not.toContain("barrier");
  // The weight gradients are still summed inside of the backward loop here, and their rows are not the batch's.
  expect(loops[2]!.body.filter(({ kind }) => kind === "barrier").length).toBeLessThanOrEqual(2);
});

describe("what would take several threads longer is left to one:", () => {
  const [f, args] = programs["an LSTM with the gradient of everything"]!;
  const planned = (costs: Partial<typeof always>): { readonly program: Program; readonly whole: Program } => {
    let [program, whole]: (Program | undefined)[] = [];
    const { load, store, dispose, checks } = reference();
    const engine: Engine = {
      name: "planned",
      checks,
      load,
      store,
      dispose,
      plan(graph, options) {
        whole = plan(graph, { ...options, panel: 4 });
        program = partition(whole, { threads: 2, ...always, ...costs });
        return whole;
      },
    };
    run([f, args], engine);
    return { program: program!, whole: whole! };
  };
  const barriersInLoops = ({ statements }: Program): number =>
    statements.flatMap((s) => (s.kind === "loop" ? s.body : [])).filter(({ kind }) => kind === "barrier")
      .length;

  test("a loop whose barriers are dear", () => {
    expect(barriersInLoops(planned({}).program)).toBeGreaterThan(0);
    const { program } = planned({ barrier: 1e9 });
    expect(barriersInLoops(program)).toBe(0);
    expect(program.statements).toContainEqual({ kind: "barrier" });
  });

  test("a program that does less than beginning takes", () => {
    const { program, whole } = planned({ start: 1e9 });
    expect(program).toBe(whole);
  });
});
