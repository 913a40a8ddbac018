import { InternalError } from "../../tensor/error.ts";
import type { TensorType } from "../../tensor/type.ts";
import type { Draft } from "../../ir/draft.ts";
import { emitCopy, emitMap, type Emitted } from "../../ir/emit.ts";
import type { Origin, Statement } from "../../ir/program.ts";
import { sameView, viewShape, type Buffer, type LoopId, type View } from "../../ir/view.ts";
import type { Graph } from "../../graph/graph.ts";
import type { LoopRequest, Node, Value } from "../../graph/node.ts";
import { originOf } from "../../graph/origin.ts";
import { emitUnit } from "./emit-unit.ts";
import { nameOf } from "./name.ts";
import { overlay } from "./overlay.ts";
import { copiedInputs, loopOf, placesItself } from "./rehearsal.ts";
import { generate } from "./scalars.ts";
import { isGenerator, isMovement, resultsOf, Units, type Unit } from "./unit.ts";

/** What the planner is told of the engine. */
export interface Target {
  /** Columns of a panel of a packed operand; undefined: operands are never packed. */
  readonly panel?: number;
  /** Whether nodes are computed together. Default: true; a program that is wrong only then is to be blamed on it. */
  readonly fusion?: boolean;
  /** Bytes from which on what a loop writes lies where it has read stacks for the last time. Default: 8 MiB. */
  readonly overlay?: number;
}

/** What a body stands in. */
interface Around {
  readonly outer: Block;
  readonly loop: LoopId;
  readonly length: number;
  readonly units: Units;
}

/** The statements of a graph, or of a loop's body, in the making. */
export class Block {
  readonly draft: Draft;
  readonly target: Target;
  readonly graph: Graph;
  readonly units: Units;
  readonly statements: Statement[] = [];
  /** Where values lie. */
  readonly places: Map<Value, View>;
  /** The block around this one, when it is the body of a loop. */
  readonly outer: Block | undefined;
  /** How many times its statements run. */
  readonly turns: number;
  /** Copies of operands in panels, by what they are copies of. */
  readonly packs: Map<string, View> = new Map();
  /** Where values that are not made yet will be written. */
  readonly #homes = new Map<Value, View>();
  readonly #loop: LoopId | undefined;
  readonly #given: ReadonlySet<Buffer>;
  /** Values whose home holds something else until they are written. */
  readonly #pinned = new Set<Value>();
  /** The units of loops' bodies. */
  readonly #inside = new Map<Node, Units>();

  constructor(draft: Draft, target: Target, graph: Graph, places: ReadonlyMap<Value, View>, around?: Around) {
    this.draft = draft;
    this.target = target;
    this.graph = graph;
    this.places = new Map(places);
    this.units = around?.units ?? new Units(graph, target);
    this.outer = around?.outer;
    this.#loop = around?.loop;
    this.turns = around ? around.outer.turns * around.length : 1;
    this.#given = new Set([...places.values()].map(({ buffer }) => buffer));
  }

  /** The body of a loop inside of this block. */
  body(node: Node, { body, length }: LoopRequest, places: ReadonlyMap<Value, View>, loop: LoopId): Block {
    const units = this.unitsInside(node, body);
    return new Block(this.draft, this.target, body, places, { outer: this, loop, length, units });
  }

  /** What is computed together in the body of a loop of this block. */
  unitsInside(node: Node, body: Graph): Units {
    const units = this.#inside.get(node) ?? new Units(body, this.target);
    this.#inside.set(node, units);
    return units;
  }

  /**
   * Whether a view shows the same numbers at every turn: it is of what was given to the loop, and does not move with
   * it.
   */
  isGiven({ buffer, steps }: View): boolean {
    return this.#given.has(buffer) && steps.every(({ loop }) => loop !== this.#loop);
  }

  /** Whether a value is made here by a unit that can be told where to write it, and has not been told yet. */
  isHomeless(x: Value): boolean {
    return this.units.of.has(x.node) && !this.#homes.has(x);
  }

  /** Have a value written to a place. `pinned`: what the place holds before is still read by others. */
  settle(x: Value, home: View, { pinned = false }: { readonly pinned?: boolean } = {}): void {
    this.#homes.set(x, home);
    if (pinned) this.#pinned.add(x);
  }

  /** Where a value that is not made yet will be written, if that is decided. */
  homeOf(x: Value): View | undefined {
    return this.#homes.get(x);
  }

  /** Whether the home of a value holds something else until the value is written. */
  isPinned(x: Value): boolean {
    return this.#pinned.has(x);
  }

  /** The place that a value is written to now. */
  write(x: Value): View {
    const home = this.#homes.get(x) ?? this.draft.allocate(nameOf(x), x.type, "temporary");
    this.#homes.set(x, home);
    this.places.set(x, home);
    return home;
  }

  /** A value lies in `view`; where it was promised a home, it is copied there. */
  deliver(x: Value, view: View, origin: Origin): void {
    const home = this.#homes.get(x);
    if (home) this.copy(view, home, origin);
    this.places.set(x, home ?? view);
  }

  /** Choose places for everything that is stored, and write the statements. */
  lower(): void {
    const order = this.units.scheduled();
    const stored = this.#stored();
    for (const unit of order.toReversed()) this.#place(unit, stored);
    for (const unit of order) emitUnit(this, unit, resultsOf(unit, stored));
  }

  /** Where a value lies, as it can be read now. */
  read(x: Value): View {
    const known = this.places.get(x);
    if (known) return known;
    if (!this.units.makes(x)) throw new InternalError(`an input of a ${x.node.op.name} has no place`);
    if (isMovement(x.node)) return this.#move(x);
    if (isGenerator(x.node)) return this.#generate(x);
    throw new InternalError(`an output of ${x.node.op.name} is read before it is made`);
  }

  /** A view as a compact array of its own. */
  compact(view: View, origin: Origin): View {
    const type: TensorType = { dtype: view.buffer.dtype, shape: viewShape(view) };
    const copy = this.draft.allocate(view.buffer.name, type, "temporary");
    this.push(emitCopy(view, copy), origin);
    return copy;
  }

  push(emitted: Emitted | undefined, origin: Origin): void {
    if (!emitted) return;
    const { kernel, operands } = emitted;
    this.statements.push({ kind: "call", kernel: this.draft.kernel(kernel), operands, origin });
  }

  /** Have the numbers of a value in a place: a copy, or what generates it. */
  fill(place: View, x: Value, origin: Origin): void {
    const isMadeHere = !this.places.has(x) && this.units.makes(x) && isGenerator(x.node);
    if (isMadeHere) this.push(emitMap({ writes: [place], body: (s) => [generate(s, x)] }), origin);
    else this.copy(this.read(x), place, origin);
  }

  /** Copy one view to another, unless they are the same. */
  copy(from: View, to: View, origin: Origin): void {
    if (!sameView(from, to)) this.push(emitCopy(from, to), origin);
  }

  #move(x: Value): View {
    const { node } = x;
    const from = this.read(node.inputs[0]!);
    const lower = node.op.lower as { view(node: Node, x: View): readonly View[] | undefined };
    const views = lower.view(node, from) ?? lower.view(node, this.compact(from, originOf(node)));
    if (!views) throw new InternalError(`${node.op.name} has no view of a compact value`);
    node.outputs.forEach((y, i) => this.places.set(y, views[i]!));
    return views[x.index]!;
  }

  #generate(x: Value): View {
    const view = this.draft.allocate(nameOf(x), x.type, "temporary");
    this.push(emitMap({ writes: [view], body: (s) => [generate(s, x)] }), originOf(x.node));
    this.places.set(x, view);
    return view;
  }

  /** Values that units other than their own need, as they are or moved, and those that leave the block. */
  #stored(): ReadonlySet<Value> {
    const stored = new Set(this.graph.outputs.map((y) => this.units.baseOf(y)));
    for (const unit of this.units.list) for (const x of unit.needs) stored.add(x);
    return stored;
  }

  /** Destinations of what a unit makes; and, where it only puts values side by side, of these. */
  #place(unit: Unit, stored: ReadonlySet<Value>): void {
    const [node] = unit.nodes;
    const loop = unit.kind === "kernels" ? loopOf(node!) : undefined;
    if (loop) overlay(this, node!, loop);
    if (unit.kind === "kernels" && placesItself(node!)) return;
    for (const y of resultsOf(unit, stored)) {
      const home = this.#homes.get(y) ?? this.draft.allocate(nameOf(y), y.type, "temporary");
      this.#homes.set(y, home);
      if (unit.kind !== "kernels" || node!.outputs.length > 1 || this.#pinned.has(y)) continue;
      for (const [x, part] of copiedInputs(node!, home)) if (this.isHomeless(x)) this.#homes.set(x, part);
    }
  }
}
