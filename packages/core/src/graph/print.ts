import { formatType } from "../tensor/type.ts";
import { nodesOf, type Graph } from "./graph.ts";
import type { Node, Value } from "./node.ts";

/**
 * A graph as text, one node per line in topological order; the graphs inside of a node are indented below it.
 *
 *     graph (x f32[50, 65], rnn.wx f32[65, 512])
 *       %0 f32[50, 512] = matmul x, rnn.wx
 *       return %0
 */
export function print(graph: Graph): string {
  const names = new Names();
  return lines(graph, names, "graph").join("\n");
}

/** Names of values in a printed graph: labels where there are any, numbers otherwise. */
class Names {
  readonly #of = new Map<Value, string>();
  readonly #taken = new Set<string>();
  #next = 0;

  of(x: Value): string {
    const known = this.#of.get(x);
    if (known !== undefined) return known;
    const name = x.label !== undefined && !this.#taken.has(x.label) ? x.label : `%${this.#next++}`;
    this.#of.set(x, name);
    this.#taken.add(name);
    return name;
  }

  /** With the type: where a value appears first. */
  typed(x: Value): string {
    return `${this.of(x)} ${formatType(x.type)}`;
  }
}

function lines(graph: Graph, names: Names, title: string): string[] {
  const inputs = graph.inputs.map((x) => names.typed(x)).join(", ");
  const body = nodesOf(graph).flatMap((node) => nodeLines(node, names));
  const returned = graph.outputs.map((x) => names.of(x)).join(", ");
  return [`${title} (${inputs})`, ...[...body, `return ${returned}`].map((line) => `  ${line}`)];
}

function nodeLines(node: Node, names: Names): string[] {
  const outputs = node.outputs.map((y) => names.typed(y)).join(", ");
  const inputs = node.inputs.map((x) => names.of(x)).join(", ");
  const shown = node.op.show?.(node.attrs);
  const notes = [node.adjointOf && `backward of ${node.adjointOf.op.name}`, node.source]
    .filter(Boolean)
    .join(", ");
  const line = [`${outputs} = ${node.op.name}`, inputs, shown && `{${shown}}`, notes && `# ${notes}`]
    .filter(Boolean)
    .join(" ");
  const bodies = node.op.bodies?.(node.attrs) ?? [];
  return [line, ...bodies.flatMap((body) => lines(body, names, "body").map((inner) => `  ${inner}`))];
}

/**
 * A graph in the language of Graphviz: nodes are ops, edges are values with their types, a body is a box of its own.
 */
export function toDot(graph: Graph): string {
  const dot = new Dot();
  dot.graph(graph, "graph");
  return [
    "digraph {",
    '  rankdir=TB; node [shape=box, style=rounded, fontname="Helvetica"];',
    ...dot.lines.map((line) => `  ${line}`),
    "}",
  ].join("\n");
}

const quote = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

class Dot {
  readonly lines: string[] = [];
  readonly #names = new Names();
  #boxes = 0;

  /** Vertices of a graph. `box` tells its values from those of other graphs: one value may be an input of many. */
  graph(graph: Graph, title: string): number {
    const box = this.#boxes++;
    const cut = new Set(graph.inputs);
    const at = (x: Value): string =>
      quote(cut.has(x) ? `${box}:in:${graph.inputs.indexOf(x)}` : `${box}:${x.node.id}`);
    graph.inputs.forEach((x) =>
      this.lines.push(`${at(x)} [label=${quote(this.#names.typed(x))}, shape=ellipse];`),
    );
    for (const node of nodesOf(graph)) {
      const labels = node.outputs.flatMap((y) => y.labels);
      const text = [node.op.name, ...labels, node.op.show?.(node.attrs) ?? ""].filter(Boolean).join("\\n");
      this.lines.push(
        `${quote(`${box}:${node.id}`)} [label=${quote(text).replaceAll("\\\\n", "\\n")}${node.source ? `, tooltip=${quote(node.source)}` : ""}];`,
      );
      for (const x of node.inputs)
        this.lines.push(`${at(x)} -> ${quote(`${box}:${node.id}`)} [label=${quote(formatType(x.type))}];`);
      for (const body of node.op.bodies?.(node.attrs) ?? []) this.#body(body, node, box);
    }
    graph.outputs.forEach((y, i) => {
      this.lines.push(
        `${quote(`${box}:out:${i}`)} [label=${quote(`${title} ${i}`)}, shape=ellipse];`,
        `${at(y)} -> ${quote(`${box}:out:${i}`)} [label=${quote(formatType(y.type))}];`,
      );
    });
    return box;
  }

  #body(body: Graph, node: Node, around: number): void {
    this.lines.push(
      `subgraph ${quote(`cluster:${this.#boxes}`)} {`,
      `label=${quote(`body of ${node.op.name}`)};`,
    );
    const inside = this.graph(body, "output");
    this.lines.push("}");
    if (body.inputs.length > 0)
      this.lines.push(
        `${quote(`${around}:${node.id}`)} -> ${quote(`${inside}:in:0`)} [style=dotted, arrowhead=none];`,
      );
  }
}
