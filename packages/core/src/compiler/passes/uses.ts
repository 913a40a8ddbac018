import { nodesOf, type Graph } from "../../graph/graph.ts";
import type { Node, Value } from "../../graph/node.ts";

/** Who uses the values of a graph, which counts as a user of its outputs. */
export class Uses {
  readonly #made: ReadonlySet<Node>;
  readonly #inputs: ReadonlySet<Value>;
  readonly #counts = new Map<Value, number>();
  readonly #users = new Map<Value, Node[]>();

  constructor(graph: Graph) {
    const nodes = nodesOf(graph);
    this.#made = new Set(nodes);
    this.#inputs = new Set(graph.inputs);
    for (const y of graph.outputs) this.#count(y);
    for (const node of nodes) {
      for (const x of node.inputs) {
        this.#count(x);
        const users = this.#users.get(x);
        if (users) users.push(node);
        else this.#users.set(x, [node]);
      }
    }
  }

  /** How many times a value is used. */
  count(x: Value): number {
    return this.#counts.get(x) ?? 0;
  }

  /** The nodes that use a value; the graph itself, which may do so too, is none. */
  usersOf(x: Value): readonly Node[] {
    return this.#users.get(x) ?? [];
  }

  /** The only node that uses a value, and uses it once. */
  soleUser(x: Value): Node | undefined {
    return this.count(x) === 1 ? this.#users.get(x)?.[0] : undefined;
  }

  /** The node that makes a value in this graph; undefined for an input. */
  maker(x: Value): Node | undefined {
    return this.#made.has(x.node) && !this.#inputs.has(x) ? x.node : undefined;
  }

  /** What a value is the sum of: the terms of additions whose results nobody else uses. */
  termsOf(sum: Value): readonly Value[] {
    const terms: Value[] = [];
    const stack = [sum];
    for (let x = stack.pop(); x; x = stack.pop()) {
      const maker = x === sum || this.count(x) === 1 ? this.maker(x) : undefined;
      if (maker?.op.traits?.sum) stack.push(...maker.inputs.toReversed());
      else terms.push(x);
    }
    return terms;
  }

  #count(x: Value): void {
    this.#counts.set(x, this.count(x) + 1);
  }
}
