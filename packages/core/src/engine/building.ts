import { InternalError, UnrollError } from "../tensor/error.ts";
import { inputOp, type Graph } from "../graph/graph.ts";
import { insideBodies, Node, type Op, type Value } from "../graph/node.ts";
import { record, type Recording } from "../graph/recording.ts";
import type { CompileOptions } from "./compiled.ts";

/**
 * Call a function that builds a graph. When it throws, `onError` is shown what there was by then, and the op that was
 * refused: a node that has operands and no outputs, and is part of no graph.
 */
export function building<T>(onError: CompileOptions["onError"], f: () => T): T {
  if (!onError) return f();
  const recording: Recording = { nodes: [], named: [], source: undefined };
  try {
    return record(recording, f);
  } catch (error) {
    if (error instanceof UnrollError) onError(error, unfinished(recording), refused(error, recording));
    throw error;
  }
}

/**
 * The graph as far as it had come: its outputs are what nobody uses yet. Steps that have returned are inside of their
 * scans; the one that has not is open, and its state and rows are inputs like the arguments.
 */
function unfinished({ nodes, named }: Recording): Graph {
  const open = nodes.filter(({ scope }) => !scope?.closed);
  const made = open.filter(({ op }) => op !== (inputOp as Op));
  const used = new Set(made.flatMap(({ inputs }) => inputs));
  const inputs = open.filter(({ op }) => op === (inputOp as Op)).flatMap(({ outputs }) => outputs);
  const ends = made.flatMap(({ outputs }) => outputs).filter((y) => !used.has(y) && !named.includes(y));
  return { inputs, outputs: [...ends, ...named.filter((x) => !inputs.includes(x))] };
}

/** The op that the message speaks of, on the values that it names. Undefined when it names none. */
function refused({ message }: UnrollError, { named, source }: Recording): Node | undefined {
  const operands: readonly Value[] = [...new Set(named)];
  if (operands.length === 0) return undefined;
  const op: Op<object> = {
    name: message.slice(0, message.indexOf(":")),
    infer: () => [],
    lower: {
      kernels() {
        throw new InternalError("an op that was refused is run");
      },
    },
  };
  return insideBodies(() => new Node(op, operands, {}, undefined, source)) as Node;
}
