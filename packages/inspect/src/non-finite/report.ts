import type { Graph, Node, NonFinite, NonFiniteError, Tensor } from "@unroll/core";
import { formatType, UnrollError } from "@unroll/core";
import { pictureOf } from "../drawing/build.ts";
import { tooltipOf } from "../drawing/dot.ts";
import type { Picture, Vertex } from "../drawing/picture.ts";
import { shortestPath } from "./path.ts";

/** A value that the first bad number was made of. All its numbers are finite. */
export interface Operand {
  readonly name: string;
  readonly tensor: Tensor;
  /** The number at the place of the bad one, when the operand has the shape of the result. */
  readonly element: number | undefined;
  readonly smallest: number;
  readonly largest: number;
}

/** Where a function first makes a NaN or an infinity of finite numbers. As a string, all of it in words. */
export class NonFiniteReport {
  readonly error: NonFiniteError;
  /** For `draw(report.graph, { failed: report.node })`. */
  readonly graph: Graph;
  readonly node: Node;
  /** NaN, Infinity or -Infinity, and its coordinates in the result. */
  readonly value: number;
  readonly at: readonly number[];
  /** What made it, in a line: `h = log f32[2, 16] (model.ts:12)`. */
  readonly made: string;
  readonly pass: "forward" | "backward";
  /** In the backward pass, what it is the derivative of. */
  readonly backwardOf: string | undefined;
  /** In scans, the outermost first: which one, and the step that was running, from 0. */
  readonly steps: readonly { readonly scan: string; readonly step: number }[];
  readonly operands: readonly Operand[];
  /** From the node back to the nearest parameter; empty when it depends on none. */
  readonly madeOf: readonly string[];
  /** From the node on to the nearest result. */
  readonly leadsTo: readonly string[];

  constructor(error: NonFiniteError, graph: Graph, node: Node) {
    const picture = pictureOf(graph, { failed: node });
    const { found } = error;
    const vertex = vertexOf(picture, node, found);
    const path = (way: "against" | "along", kind: Vertex["kind"]): readonly string[] =>
      shortestPath(picture, vertex.id, way, (one) => one.kind === kind)?.map(inWords) ?? [];
    this.error = error;
    this.graph = graph;
    this.node = node;
    this.value = found.value;
    this.at = found.at;
    this.made = inWords(vertex);
    this.pass = vertex.pass;
    this.backwardOf = node.adjointOf && describeNode(node.adjointOf);
    this.steps = found.steps.map(({ node: id, step }) => ({
      scan: picture.boxes.find((box) => box.node === id)!.title,
      step,
    }));
    this.operands = found.operands.map((operand) => operandOf(operand, found.at, vertex));
    this.madeOf = path("against", "parameter");
    this.leadsTo = path("along", "output");
  }

  toString(): string {
    const { at, backwardOf, steps, operands, madeOf, leadsTo } = this;
    const list = (title: string, lines: readonly string[]): readonly string[] =>
      lines.length > 0 ? [title, ...lines.map((line) => `  ${line}`)] : [];
    const where = at.length > 0 ? ` at [${at.join(", ")}]` : "";
    return [
      `${this.value}${where}, made in the ${this.pass} pass by ${this.made}`,
      ...(backwardOf ? [`backward of ${backwardOf}`] : []),
      ...steps.map(({ scan, step }) => `at step ${step} of the ${scan}`),
      ...list("of", operands.map(operandInWords)),
      ...list("on the way from the nearest parameter", madeOf.toReversed()),
      ...list("which leads to", leadsTo.slice(1)),
    ].join("\n");
  }
}

/** A body may be part of several scans: the one that was running is meant. */
function vertexOf({ vertices, boxes }: Picture, node: Node, { steps }: NonFinite): Vertex {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const scansAround = ({ box: innermost }: Vertex): readonly number[] => {
    const around: number[] = [];
    let box = innermost === undefined ? undefined : byId.get(innermost);
    for (; box; box = box.parent === undefined ? undefined : byId.get(box.parent))
      if (box.node !== undefined) around.unshift(box.node);
    return around;
  };
  const wanted = steps.map((step) => step.node).join();
  const candidates = vertices.filter((vertex) => vertex.node === node.reportedAs);
  const found = candidates.find((vertex) => scansAround(vertex).join() === wanted) ?? candidates[0];
  if (!found) throw new UnrollError(`debugNonFinite: ${node.op.name} is no node of the graph.`);
  return found;
}

const inWords = (vertex: Vertex): string => {
  const [what, type, ...notes] = tooltipOf(vertex).split("\n");
  return `${what!} ${type ?? ""}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
};

function describeNode({ op, outputs, source }: Node): string {
  const [y] = outputs;
  const name = y?.label === undefined ? op.name : `${y.label} = ${op.name}`;
  return [name, y && formatType(y.type), source && `(${source})`].filter(Boolean).join(" ");
}

function operandOf(
  { name, tensor }: NonFinite["operands"][number],
  at: readonly number[],
  { types }: Vertex,
): Operand {
  const { shape, type } = tensor;
  const data = Array.from(tensor.data);
  const isPointwise = types.some((result) => result.endsWith(formatType(type).replace(/^\w+/, "")));
  const position = at.reduce((index, coordinate, axis) => index * shape[axis]! + coordinate, 0);
  return {
    name,
    tensor,
    element: isPointwise ? data[position] : undefined,
    smallest: data.reduce((a, b) => Math.min(a, b), Infinity),
    largest: data.reduce((a, b) => Math.max(a, b), -Infinity),
  };
}

function operandInWords({ name, tensor, element, smallest, largest }: Operand): string {
  const round = (x: number): string => String(Number(x.toPrecision(6)));
  const range = tensor.data.length > 1 ? `${round(smallest)} to ${round(largest)}` : round(smallest);
  const here = element === undefined || tensor.data.length === 1 ? "" : `, here ${round(element)}`;
  return `${name} ${formatType(tensor.type)}: ${range}${here}`;
}
