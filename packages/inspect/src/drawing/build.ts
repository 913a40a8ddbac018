import {
  countNodes,
  formatType,
  nodesOf,
  partsOf,
  type Graph,
  type Node,
  type ScanAttrs,
  type Value,
} from "@unroll/core";
import { many } from "./fold.ts";
import { groupNodes, groupOfLabel } from "./groups.ts";
import { backward, boxes, failing, looks } from "./palette.ts";
import type { Attributes, Box, Edge, Kind, Picture, Vertex, Way } from "./picture.ts";
import { expressionsOf } from "./expressions.ts";

/** What is drawn differently. */
export interface PictureOptions {
  /** Attributes of Graphviz by label: `{ h: { fillcolor: "gold" } }`. */
  readonly attributes?: Readonly<Record<string, Attributes>> | undefined;
  /** Which inputs are parameters, by their labels. Default: those with `params` in their path. */
  readonly isParameter?: ((label: string) => boolean) | undefined;
  /** The node that failed: it is drawn red. One that could not be made is drawn with the operands that it had. */
  readonly failed?: Node | undefined;
  /** Words above the picture. */
  readonly caption?: string | undefined;
  /** Attributes of single nodes, which win over all others. */
  readonly mark?: ((node: Node) => Attributes | undefined) | undefined;
}

/** A graph as vertices, edges and boxes. */
export function pictureOf(graph: Graph, options: PictureOptions = {}): Picture {
  return new Builder(options).build(graph);
}

/** What is no op is called by what it is. */
const words: Readonly<Record<Kind, string>> = {
  parameter: "parameter",
  input: "input",
  carry: "state",
  sequence: "row",
  constant: "constant",
  op: "op",
  output: "output",
};

/** Where a value comes from, in the picture. */
interface Source {
  readonly vertex: string;
  readonly output: number | undefined;
  /** How it leaves the box that it lies in. */
  readonly way: Way;
}

type Places = Map<Value, Source>;

class Builder {
  readonly #options: PictureOptions;
  readonly #vertices: Vertex[] = [];
  readonly #edges: Edge[] = [];
  readonly #boxes: Box[] = [];
  readonly #labelBoxes = new Map<string, string>();
  readonly #groups = new Map<Node, readonly string[]>();
  /** Whether there is more than can be taken in at a glance. */
  #isLarge = false;
  /** Values that derivatives have made. */
  readonly #cotangents = new Set<Value>();
  /** In the scan of a derivative: the id of the scan that is differentiated. Its body has smaller ones. */
  #differentiated: number | undefined;
  #failed: string | undefined;

  constructor(options: PictureOptions) {
    this.#options = options;
  }

  build(graph: Graph): Picture {
    this.#isLarge = countNodes(graph) > many;
    const places: Places = new Map();
    for (const x of graph.inputs) places.set(x, this.#input(x));
    this.#level(graph, undefined, places);
    this.#refused(places);
    // What is not finished has no results: its ends are what nobody has used by then.
    const outputs = this.#options.failed?.outputs.length === 0 ? [] : graph.outputs;
    const unnamed = graph.outputs.map((_, i) => (graph.outputs.length === 1 ? "output" : `output ${i + 1}`));
    outputs.forEach((y, i) => this.#output(y, graph.paths?.[i] || unnamed[i]!, places));
    return {
      vertices: this.#vertices,
      edges: this.#edges,
      boxes: this.#boxes,
      caption: this.#options.caption,
      failed: this.#failed,
    };
  }

  /** The nodes of a graph whose inputs have a place already. */
  #level(graph: Graph, box: string | undefined, places: Places): void {
    groupNodes(graph, this.#groups);
    const ends = this.#isLarge ? expressionsOf(graph, this.#groups) : new Map<Node, Node>();
    for (const node of nodesOf(graph)) {
      const around = box ?? this.#openStep(node);
      const inside = this.#labelBox(this.#groups.get(node) ?? [], around, "label");
      if (node.op.bodies) this.#scan(node as Node<ScanAttrs>, inside, places);
      else this.#node(node, this.#expression(ends.get(node), inside), places);
    }
  }

  #node(node: Node, box: string | undefined, places: Places): void {
    const { op, inputs, outputs } = node;
    const kind = op.name === "input" ? "input" : inputs.length === 0 ? "constant" : "op";
    if (this.#isBackward(node)) for (const y of outputs) this.#cotangents.add(y);
    const { id } = this.#add(kind, box, node, outputs, this.#looksOf(kind, node));
    if (this.#isFailed(node)) this.#failed = id;
    for (const x of inputs) this.#connect(x, id, places);
    outputs.forEach((y, i) =>
      places.set(y, { vertex: id, output: outputs.length > 1 ? i : undefined, way: "data" }),
    );
  }

  /** A box with the body inside. Values come in at the state and the rows, and leave from where they are made. */
  #scan(node: Node<ScanAttrs>, parent: string | undefined, places: Places): void {
    const { body, carries } = node.attrs;
    const [inner, outer] = [partsOf(node.attrs, body.inputs), partsOf(node.attrs, node.inputs)];
    const box = this.#scanBox(node, parent);
    const within: Places = new Map(places);
    const port = (kind: Kind, x: Value, from: Value, way: Way): string => {
      const { id } = this.#add(kind, box, node, [x], this.#attributesOf(kind, x.labels));
      this.#connect(from, id, places, way);
      within.set(x, { vertex: id, output: undefined, way: "data" });
      return id;
    };
    const states = inner.carries.map((x, i) => port("carry", x, outer.carries[i]!, "data"));
    inner.sequences.forEach((x, i) => port("sequence", x, outer.sequences[i]!, "rows"));
    inner.captured.forEach((x, i) => {
      const source = places.get(outer.captured[i]!);
      if (source) within.set(x, source);
    });
    const around = this.#differentiated;
    this.#differentiated = node.adjointOf?.reportedAs ?? around;
    this.#level(body, box, within);
    this.#differentiated = around;
    states.forEach((state, i) => this.#connect(body.outputs[i]!, state, within, "carried"));
    node.outputs.forEach((y, i) => {
      const source = within.get(body.outputs[i]!);
      if (source) places.set(y, { ...source, way: i < carries ? "last" : "stacked" });
    });
  }

  #scanBox(node: Node<ScanAttrs>, parent: string | undefined): string {
    const { length, reverse } = node.attrs;
    const notes = [
      `${node.op.name} over ${length} steps`,
      ...(reverse ? ["from the last to the first"] : []),
      ...(node.adjointOf ? [`backward of ${node.adjointOf.op.name}`] : []),
    ];
    const failed = this.#isFailed(node);
    const isBackward = node.adjointOf !== undefined;
    const attributes = {
      ...(isBackward && { fillcolor: "#faf7fd", color: backward["color"]! }),
      ...this.#options.mark?.(node),
      ...(failed && { color: failing["fillcolor"]!, penwidth: "4" }),
    };
    return this.#box("scan", parent, notes.join(", "), attributes, node.reportedAs);
  }

  #input(x: Value): Source {
    const label = x.label ?? "";
    const isParameter = this.#options.isParameter ?? ((path) => /(^|\.)params(\.|\[|$)/.test(path));
    const kind = isParameter(label) ? "parameter" : "input";
    const step = this.#openStep(x.node);
    const box = step ?? this.#labelBox(groupOfLabel(label), undefined, "inputs");
    const { id } = this.#add(kind, box, x.node, [x], this.#attributesOf(kind, x.labels));
    return { vertex: id, output: undefined, way: "data" };
  }

  #output(y: Value, title: string, places: Places): void {
    const { id } = this.#add("output", undefined, undefined, [y], looks.output, title);
    this.#connect(y, id, places);
  }

  /** The node that could not be made: it is part of no graph, and has inputs and no outputs. */
  #refused(places: Places): void {
    const { failed } = this.#options;
    if (failed && failed.outputs.length === 0) this.#node(failed, this.#openStep(failed), places);
  }

  #add(
    kind: Kind,
    box: string | undefined,
    node: Node | undefined,
    values: readonly Value[],
    attributes: Attributes,
    title?: string,
  ): Vertex {
    const isPort = kind !== "op" && kind !== "constant";
    const labels = values.flatMap((y) => y.labels.slice(0, kind === "op" ? undefined : 1));
    const vertex: Vertex = {
      id: `v${this.#vertices.length}`,
      kind,
      box,
      title: title ?? (labels.length > 0 ? labels.join(", ") : isPort ? words[kind] : node!.op.name),
      op: isPort || !node ? words[kind] : node.op.name,
      shown: isPort ? undefined : node?.op.show?.(node.attrs),
      types: values.map(({ type }) => formatType(type)),
      source: node?.adjointOf?.source ?? node?.source,
      pass: values.some((y) => this.#cotangents.has(y)) ? "backward" : "forward",
      backwardOf: isPort ? undefined : node?.adjointOf?.op.name,
      node: isPort && kind !== "input" ? undefined : node?.reportedAs,
      attributes,
    };
    this.#vertices.push(vertex);
    return vertex;
  }

  #connect(x: Value, to: string, places: Places, way?: Way): void {
    const source = places.get(x);
    if (!source) return;
    const { vertex: from, output } = source;
    this.#edges.push({
      from,
      to,
      way: way && way !== "data" ? way : source.way,
      output,
      type: formatType(x.type),
    });
  }

  #looksOf(kind: Kind, node: Node): Attributes {
    const labels = node.outputs.flatMap((y) => y.labels);
    return {
      ...this.#attributesOf(kind, labels, kind === "op" && this.#isBackward(node)),
      ...this.#options.mark?.(node),
      ...(this.#isFailed(node) && failing),
    };
  }

  #attributesOf(kind: Kind, labels: readonly string[], isBackward = false): Attributes {
    const given = labels.map((label) => this.#options.attributes?.[label]);
    return Object.assign({}, looks[kind], isBackward ? backward : {}, ...given) as Attributes;
  }

  #isFailed(node: Node): boolean {
    return node.reportedAs === this.#options.failed?.reportedAs;
  }

  /** The box of the expression that ends in a node. */
  #expression(end: Node | undefined, around: string | undefined): string | undefined {
    if (!end) return around;
    const key = `expression ${around ?? ""} ${end.id}`;
    const known = this.#labelBoxes.get(key);
    const title = end.outputs[0]?.label ?? end.op.name;
    const box = known ?? this.#box("expression", around, title, end.adjointOf ? backward : {});
    this.#labelBoxes.set(key, box);
    return box;
  }

  /** A node that says so, what else the scan of a derivative has made, and sums of cotangents. */
  #isBackward({ adjointOf, reportedAs, op, inputs }: Node): boolean {
    const isInside = this.#differentiated !== undefined && reportedAs > this.#differentiated;
    const isSum = op.traits?.sum === true && inputs.every((x) => this.#cotangents.has(x));
    return adjointOf !== undefined || isInside || isSum;
  }

  /** The box of a step that has not returned: of a graph that an error has left unfinished. */
  #openStep({ scope }: Node): string | undefined {
    return scope && !scope.closed ? this.#labelBox([`step of ${scope.of}`], undefined, "scan") : undefined;
  }

  /** The box of a label path inside of another box; made when it is first asked for, those around it before it. */
  #labelBox(path: readonly string[], parent: string | undefined, kind: Box["kind"]): string | undefined {
    return path.reduce<string | undefined>((around, title) => {
      const key = `${kind} ${around ?? ""} ${title}`;
      const known = this.#labelBoxes.get(key);
      const box = known ?? this.#box(kind, around, title, {});
      this.#labelBoxes.set(key, box);
      return box;
    }, parent);
  }

  #box(
    kind: Box["kind"],
    parent: string | undefined,
    title: string,
    attributes: Attributes,
    node?: number,
  ): string {
    const id = `b${this.#boxes.length}`;
    this.#boxes.push({ id, kind, node, parent, title, attributes: { ...boxes[kind], ...attributes } });
    return id;
  }
}
