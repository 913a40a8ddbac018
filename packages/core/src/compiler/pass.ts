import { UnrollError } from "../tensor/error.ts";
import type { PassTrace } from "../ir/program.ts";
import { countNodes, rewrite, type Graph } from "../graph/graph.ts";
import { applyOp, insideBodies } from "../graph/node.ts";
import type { ScanAttrs } from "../scan/layout.ts";
import { verifyGraph } from "./verify-graph.ts";

/** A rewriting of a graph into an equal one that is cheaper, or that another pass can make cheaper. Pure. */
export interface Pass {
  readonly name: string;
  run(graph: Graph): Graph;
}

export interface RunPassesOptions {
  /** Names of passes that are left out. */
  readonly without?: readonly string[];
  /** Called after every pass, with the graph that it has made. */
  readonly trace?: (done: PassTrace, graph: Graph) => void;
  /** Check after every pass that the graph is a legal one. Tests do. */
  readonly verify?: boolean;
}

/**
 * Run passes one after another.
 *
 * Throws: UnrollError when a pass that is to be left out is not among them.
 */
export function runPasses(passes: readonly Pass[], graph: Graph, options: RunPassesOptions = {}): Graph {
  const { without = [], trace, verify = false } = options;
  const unknown = without.find((name) => !passes.some((pass) => pass.name === name));
  if (unknown !== undefined) {
    const names = [...new Set(passes.map(({ name }) => name))].join(", ");
    throw new UnrollError(`passes: there is none called "${unknown}".`, `They are ${names}.`);
  }
  let current = graph;
  let count = trace ? countNodes(graph) : 0;
  for (const { name, run } of passes.filter((pass) => !without.includes(pass.name))) {
    const before = current;
    current = insideBodies(() => run(before));
    if (verify) verifyGraph(current, name);
    if (!trace) continue;
    const after = current === before ? count : countNodes(current);
    trace({ name, before: count, after }, current);
    count = after;
  }
  return current;
}

/** What passes make of a graph, one after another. */
export function tracePasses(passes: readonly Pass[], graph: Graph): readonly PassTrace[] {
  const done: PassTrace[] = [];
  runPasses(passes, graph, { trace: (pass) => done.push(pass) });
  return done;
}

/** In which order a pass goes through bodies: outside first, or inside first. */
export type Direction = "inwards" | "outwards";

/**
 * A pass that does the same on every level: to a graph, to the bodies of its scans, to those inside of them.
 */
export function everywhere(name: string, direction: Direction, level: (graph: Graph) => Graph): Pass {
  const run = (graph: Graph): Graph =>
    direction === "inwards" ? inBodies(level(graph), run) : level(inBodies(graph, run));
  return { name, run };
}

const inBodies = (graph: Graph, run: (body: Graph) => Graph): Graph =>
  rewrite(graph, ({ op, attrs }, inputs) => {
    if (!op.bodies) return undefined;
    const { body } = attrs as ScanAttrs;
    const now = run(body);
    return now === body ? undefined : applyOp(op, inputs, { ...(attrs as ScanAttrs), body: now });
  });
