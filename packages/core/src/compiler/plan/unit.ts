import { sameShape } from "../../tensor/type.ts";
import { nodesOf, type Graph } from "../../graph/graph.ts";
import type { Node, Value } from "../../graph/node.ts";
import { soleContraction, soleReduction } from "./rehearsal.ts";

/**
 * Nodes that are computed together.
 *
 * - `map`: elementwise nodes of one shape, one pass over memory;
 * - `sum`: contractions and additions of their results, which accumulate in one place;
 * - `reduce`: a reduction and the elementwise nodes that only it reads;
 * - `kernels`: a node that asks for kernels of its own.
 */
export interface Unit {
  readonly kind: "map" | "sum" | "reduce" | "kernels";
  /** In topological order. */
  readonly nodes: Node[];
  /** Values from elsewhere that it needs, as they are stored. */
  readonly needs: Set<Value>;
}

/** Maps with more operands than this are cut: registers and address arithmetic run out. */
const widest = 24;

/** A graph as units. Movements belong to none: they are views of what they move. */
export class Units {
  readonly list: Unit[] = [];
  readonly of: Map<Node, Unit> = new Map();
  readonly #inside: ReadonlySet<Node>;
  readonly #uses = new Map<Value, number>();
  readonly #ancestors = new Map<Unit, Set<Unit>>();
  readonly #gathered = new Map<Node, Unit>();

  /** Without `fusion` every node that computes something is a unit of its own. */
  constructor(graph: Graph, { fusion = true }: { readonly fusion?: boolean } = {}) {
    const nodes = nodesOf(graph);
    this.#inside = new Set(nodes);
    for (const x of [...nodes.flatMap((node) => node.inputs), ...graph.outputs]) {
      this.#uses.set(x, (this.#uses.get(x) ?? 0) + 1);
    }
    const isPrivate = (x: Value): boolean => this.#uses.get(x) === 1;
    const sums = fusion ? additions(nodes, isPrivate) : alone(nodes, soleContraction);
    const isFree = (x: Value): boolean => isPrivate(x) && !sums.has(x.node);
    const reductions = fusion ? reducedNodes(nodes, isFree) : alone(nodes, soleReduction);
    for (const node of nodes) {
      if (isMovement(node) || isGenerator(node)) continue;
      const [sum, reduction] = [sums.get(node), reductions.get(node)];
      if (sum) this.#gather("sum", node, sum);
      else if (reduction) this.#gather("reduce", node, reduction);
      else if ("scalar" in node.op.lower && fusion) this.#addToMap(node);
      else if ("scalar" in node.op.lower) this.#open("map", node);
      else this.#open("kernels", node);
    }
    if (fusion) this.#mergeMaps();
    this.#order();
  }

  /** The stored value that a value is a view of. */
  baseOf(x: Value): Value {
    return this.#inside.has(x.node) && isMovement(x.node) ? this.baseOf(x.node.inputs[0]!) : x;
  }

  /** Whether a value is made in this graph, as against given to it. */
  makes(x: Value): boolean {
    return this.#inside.has(x.node);
  }

  /** Whether `later` needs, by any way, what `earlier` makes. */
  follows(later: Unit, earlier: Unit): boolean {
    return this.#ancestors.get(later)!.has(earlier);
  }

  /** Add an edge: `later` runs after `earlier`. */
  link(later: Unit, earlier: Unit): void {
    const inherited = [earlier, ...this.#ancestors.get(earlier)!];
    for (const unit of this.list) {
      if (unit === later || this.follows(unit, later))
        for (const ancestor of inherited) this.#ancestors.get(unit)!.add(ancestor);
    }
  }

  /** Units in an order in which everything is made before it is needed. */
  scheduled(): readonly Unit[] {
    const waiting = new Set(this.list);
    const order: Unit[] = [];
    while (waiting.size > 0) {
      const ready = [...waiting].filter(
        (unit) => ![...this.#ancestors.get(unit)!].some((ancestor) => waiting.has(ancestor)),
      );
      const next = ready.reduce((a, b) => (lastId(b) < lastId(a) ? b : a));
      waiting.delete(next);
      order.push(next);
    }
    return order;
  }

  #open(kind: Unit["kind"], node: Node): Unit {
    const unit: Unit = { kind, nodes: [], needs: new Set() };
    this.list.push(unit);
    this.#ancestors.set(unit, new Set());
    this.#join(unit, node);
    return unit;
  }

  #join(unit: Unit, node: Node): void {
    unit.nodes.push(node);
    this.of.set(node, unit);
    for (const x of node.inputs) {
      const base = this.baseOf(x);
      const maker = this.of.get(base.node);
      if (maker === unit || isGenerator(base.node)) continue;
      unit.needs.add(base);
      if (maker && !this.follows(unit, maker)) this.link(unit, maker);
    }
  }

  /**
   * A node may join a map of its shape that makes, or reads, one of its operands, if no operand depends on the map from
   * outside.
   */
  #addToMap(node: Node): void {
    const { shape } = node.outputs[0]!;
    const operands = node.inputs.filter((x) => !isGenerator(x.node));
    const makers = operands.map((x) => this.of.get(this.baseOf(x).node));
    const fits = (unit: Unit): boolean =>
      unit.kind === "map" &&
      sameShape(unit.nodes[0]!.outputs[0]!.shape, shape) &&
      operands.some((x, i) => makers[i] === unit || unit.needs.has(this.baseOf(x))) &&
      operands.every((x, i) =>
        makers[i] === unit ? this.baseOf(x) === x : !makers[i] || !this.follows(makers[i], unit),
      ) &&
      new Set([...unit.needs, ...operands.map((x) => this.baseOf(x))]).size <= widest;
    const unit = this.list.findLast(fits);
    if (unit) this.#join(unit, node);
    else this.#open("map", node);
  }

  /** Put a node with the others of its root, whichever of them comes first. */
  #gather(kind: Unit["kind"], node: Node, root: Node): void {
    const unit = this.#gathered.get(root);
    if (unit) this.#join(unit, node);
    else this.#gathered.set(root, this.#open(kind, node));
  }

  /**
   * Join maps of one shape that share an operand or feed each other, as long as nothing between them stands in the way.
   */
  #mergeMaps(): void {
    for (let i = 0; i < this.list.length; i++) {
      for (let j = i + 1; j < this.list.length; j++) {
        const [a, b] = [this.list[i]!, this.list[j]!];
        if (!this.#mayMerge(a, b)) continue;
        this.#merge(a, b);
        j = i;
      }
    }
  }

  #mayMerge(a: Unit, b: Unit): boolean {
    if (a.kind !== "map" || b.kind !== "map") return false;
    if (!sameShape(a.nodes[0]!.outputs[0]!.shape, b.nodes[0]!.outputs[0]!.shape)) return false;
    const makes = (unit: Unit, x: Value): boolean => this.of.get(x.node) === unit;
    const related =
      [...b.needs].some((x) => a.needs.has(x) || makes(a, x)) || [...a.needs].some((x) => makes(b, x));
    if (!related || new Set([...a.needs, ...b.needs]).size > widest) return false;
    // A movement between the two forces what it moves to be stored first.
    const moved = (from: Unit, by: Unit): boolean =>
      by.nodes.some((node) => node.inputs.some((x) => this.baseOf(x) !== x && makes(from, this.baseOf(x))));
    if (moved(a, b) || moved(b, a)) return false;
    return !this.list.some(
      (other) =>
        other !== a &&
        other !== b &&
        ((this.follows(other, a) && this.follows(b, other)) ||
          (this.follows(other, b) && this.follows(a, other))),
    );
  }

  #merge(a: Unit, b: Unit): void {
    a.nodes.push(...b.nodes);
    a.nodes.sort((x, y) => x.id - y.id);
    for (const node of b.nodes) this.of.set(node, a);
    for (const x of b.needs) a.needs.add(x);
    for (const x of a.needs) if (this.of.get(x.node) === a) a.needs.delete(x);
    this.list.splice(this.list.indexOf(b), 1);
    const ancestors = this.#ancestors.get(a)!;
    for (const ancestor of this.#ancestors.get(b)!) ancestors.add(ancestor);
    ancestors.delete(a);
    ancestors.delete(b);
    this.#ancestors.delete(b);
    for (const [unit, above] of this.#ancestors) {
      if (above.delete(b) || above.has(a)) {
        if (unit === a) continue;
        above.add(a);
        for (const ancestor of ancestors) above.add(ancestor);
      }
    }
  }

  #order(): void {
    for (const unit of this.list) unit.nodes.sort((a, b) => a.id - b.id);
  }
}

/** What a unit makes that is stored. */
export const resultsOf = ({ kind, nodes }: Unit, stored: ReadonlySet<Value>): readonly Value[] =>
  kind === "sum" || kind === "reduce"
    ? [nodes.at(-1)!.outputs[0]!]
    : nodes.flatMap((node) => node.outputs).filter((y) => stored.has(y));

const lastId = (unit: Unit): number => unit.nodes.at(-1)!.id;

export const isMovement = (node: Node): boolean => "view" in node.op.lower;

/** Elementwise nodes without operands (constants, positions) are made anew by whoever reads them. */
export const isGenerator = (node: Node): boolean => "scalar" in node.op.lower && node.inputs.length === 0;

/** Each of some nodes with itself. */
const alone = (nodes: readonly Node[], isOne: (node: Node) => unknown): ReadonlyMap<Node, Node> =>
  new Map(nodes.filter(isOne).map((node) => [node, node]));

/**
 * Contractions whose results are added up, and the additions: each node with the first contraction of its sum.
 *
 *     add(add(x W, h U), b)   is one sum: b, then x W on top of it, then h U on top of that
 *
 * Of the other operands of the additions, one at most can be what the sum starts from.
 */
function additions(nodes: readonly Node[], isPrivate: (x: Value) => boolean): ReadonlyMap<Node, Node> {
  const first = new Map<Node, Node>();
  const started = new Set<Node>();
  const sumOf = (x: Value): Node | undefined => (isPrivate(x) ? first.get(x.node) : undefined);
  const join = (from: Node, to: Node): void => {
    for (const [node, root] of first) if (root === from) first.set(node, to);
  };
  for (const node of nodes) {
    if (soleContraction(node)) first.set(node, node);
    if (!node.op.traits?.sum || node.inputs.length !== 2) continue;
    const [a, b] = node.inputs.map(sumOf);
    if (a && b && a !== b && !started.has(b)) {
      join(b, a);
      first.set(node, a);
    } else if (a && b && a !== b && !started.has(a)) {
      join(a, b);
      first.set(node, b);
    } else if ((a && !b && !started.has(a)) || (b && !a && !started.has(b))) {
      const root = (a ?? b)!;
      first.set(node, root);
      started.add(root);
    }
  }
  return first;
}

/**
 * Elementwise nodes that only one reduction reads, and the reductions: each node with its reduction. A sum on the way
 * is a unit of its own, and what it starts from cannot be computed together with what comes after it.
 */
function reducedNodes(nodes: readonly Node[], isFree: (x: Value) => boolean): ReadonlyMap<Node, Node> {
  const reduction = new Map<Node, Node>();
  for (const node of nodes.toReversed()) {
    if (soleReduction(node)) reduction.set(node, node);
    const root = reduction.get(node);
    if (!root) continue;
    for (const x of node.inputs) {
      if ("scalar" in x.node.op.lower && !isGenerator(x.node) && isFree(x)) reduction.set(x.node, root);
    }
  }
  return reduction;
}
