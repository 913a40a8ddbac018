import { kernelKey, type Kernel } from "../ir/kernel.ts";
import type { PassTrace, Program, Statement } from "../ir/program.ts";
import type { Graph } from "../graph/graph.ts";
import { expandKernel } from "./expand.ts";
import { runPasses } from "./pass.ts";
import { pipeline } from "./pipeline.ts";
import type { ThreadCosts } from "./plan/effort.ts";
import { partition } from "./plan/partition.ts";
import { plan, type PlanRequest } from "./plan/plan.ts";

/** What a fast engine asks for. */
export interface OptimizeRequest extends PlanRequest {
  /** What it costs to run the program on several threads. Absent: it will be run on one. */
  readonly threads?: ThreadCosts | undefined;
}

/**
 * The program that fast engines run: passes on the graph, the plan, functions expanded into simple instructions, and,
 * for more than one thread, calls shared out where that gains time.
 */
export function optimize(graph: Graph, { threads, ...request }: OptimizeRequest): Program {
  const passes: PassTrace[] = [];
  const optimized = runPasses(pipeline, graph, { trace: (done) => passes.push(done) });
  const program = { ...expandProgram(plan(optimized, request)), passes };
  return threads ? partition(program, threads) : program;
}

/** Every kernel expanded. Two that were different may become equal. */
function expandProgram(program: Program): Program {
  const kernels: Kernel[] = [];
  const places = new Map<string, number>();
  const moved = program.kernels.map((kernel) => {
    const expanded = expandKernel(kernel);
    const key = kernelKey(expanded);
    const place = places.get(key) ?? kernels.push(expanded) - 1;
    places.set(key, place);
    return place;
  });
  const inPlace = (statement: Statement): Statement => {
    if (statement.kind === "call") return { ...statement, kernel: moved[statement.kernel]! };
    return statement.kind === "loop" ? { ...statement, body: statement.body.map(inPlace) } : statement;
  };
  return { ...program, kernels, statements: program.statements.map(inPlace) };
}
