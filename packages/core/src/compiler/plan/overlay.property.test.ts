import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { randomProgram } from "../../../test/random-programs.ts";
import { threaded } from "../../../test/threaded.ts";
import { compile, reference, type Engine, type Graph, type Program, type Tensor } from "../../index.ts";
import type { Statement } from "../../ir/program.ts";
import { verify } from "../../ir/verify.ts";
import { optimize } from "../optimize.ts";
import { bytesOf, isOwn, livesOf } from "../plan-memory.ts";
import type { ThreadCosts } from "./effort.ts";

const wasm = threaded(1);
afterAll(() => wasm.dispose());

interface Traced {
  readonly graph: Graph;
  readonly inputs: readonly Tensor[];
}

/** The graph of a random program, and what it is called with. */
function traced(seed: number): Traced {
  const { name, checks, plan, load, store, dispose } = reference();
  let graph: Graph | undefined;
  let inputs: readonly Tensor[] | undefined;
  const engine: Engine = {
    name,
    checks,
    store,
    dispose,
    plan: (closed, options) => plan((graph = closed), options),
    load(program) {
      const executable = load(program);
      return { ...executable, run: (given, resident) => executable.run((inputs = given), resident) };
    },
  };
  const [f, args] = randomProgram(seed);
  compile(f as (...xs: unknown[]) => unknown, { engine })(...(args as never[]));
  return { graph: graph!, inputs: inputs! };
}

/** The program of a graph, with stacks where others are written and without. */
const bothWays = (graph: Graph, threads?: ThreadCosts): readonly [on: Program, off: Program] => {
  const planned = (overlay: number): Program => {
    const program = optimize(graph, { checks: "none", overlay, panel: 4, threads });
    verify(program);
    return program;
  };
  return [planned(0), planned(Infinity)];
};

test("random programs and their gradients have the same bits, and at no time more memory is in use", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { graph, inputs } = traced(seed);
      const [on, off] = bothWays(graph);
      const bits = (program: Program): unknown => {
        const executable = wasm.load(program);
        const outputs = executable.run(inputs).map(({ data }) => [...data]);
        executable.dispose();
        return outputs;
      };
      expect(bits(on)).toEqual(bits(off));
      const without = inUse(off);
      inUse(on).forEach((bytes, at) => expect(bytes).toBeLessThanOrEqual(without[at]!));
    }),
  );
});

/** Bytes of the program's own that are in use in each of its statements. */
function inUse(program: Program): readonly number[] {
  const lives = livesOf(program).filter(({ buffer }) => isOwn(buffer));
  return program.statements.map((_, at) =>
    lives.reduce(
      (sum, { buffer, first, last }) => sum + (first <= at && at <= last ? bytesOf(buffer) : 0),
      0,
    ),
  );
}

test("loops of random programs have no barrier that they do not have without", () => {
  const costs = { threads: 2, barrier: 2_000, start: -Infinity, smallest: 2 };
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const [on, off] = bothWays(traced(seed).graph, costs);
      expect(barriersInLoops(on.statements)).toBeLessThanOrEqual(barriersInLoops(off.statements));
    }),
  );
});

const barriersInLoops = (statements: readonly Statement[], depth = 0): number =>
  statements.reduce((sum, statement) => {
    if (statement.kind === "loop") return sum + barriersInLoops(statement.body, depth + 1);
    return sum + Number(statement.kind === "barrier" && depth > 0);
  }, 0);
