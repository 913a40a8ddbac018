import { sizeOf } from "../../tensor/type.ts";
import { nodesOf, rewrite, type Graph } from "../../graph/graph.ts";
import { applyOp, inPlaceOf, type Node, type Value } from "../../graph/node.ts";
import { contract } from "../../ops/contract.ts";
import { everywhere, type Pass } from "../pass.ts";
import { letterBeside, sidesOf, type Contraction } from "./letters.ts";
import { bodyOf, closeLoop, lifted, openLoop, varyingIn, type Given, type Loop } from "./loop.ts";
import { isBetterOutside, projectionLimits, rowsOf, weightsIn, type ProjectionLimits } from "./projection.ts";
import { Uses } from "./uses.ts";

/**
 * A contraction of a sequence's row with what is the same at every step is one contraction before the loop;
 * one that is only emitted is one after it.
 *
 *     scan xs                                  zs = xs w
 *       z = x w                        ->      scan zs
 *       ... z ...                                ... z ...
 *
 *     dxs = scan ds                            dzs = scan ds
 *       dz = ...                       ->        dz = ...
 *       emit dz w^T                            dxs = dzs w^T
 *
 * One product of many rows reads the weight once, and not once per step. That pays where a step has few rows, or the
 * loop more weights than the cache holds (projectionLimits): else the product would be stored for nothing. Rows that
 * are gathered from a smaller table, or whose products are scattered into one, leave the loop whatever their number,
 * for then there will be fewer products (gatherProjections).
 */
export const batchProjectionsWithin = (limits: ProjectionLimits): Pass =>
  everywhere("batchProjections", "outwards", (graph) => {
    const scattered = scatteredOutputs(graph);
    return rewrite(graph, (node, inputs) => {
      const loop = openLoop(node, inputs);
      return loop && new Projections(loop, limits).moveOut(scattered);
    });
  });

export const batchProjections: Pass = batchProjectionsWithin(projectionLimits);

/** What only a scatter uses, with how many rows that has. */
function scatteredOutputs(graph: Graph): ReadonlyMap<Value, number> {
  const uses = new Uses(graph);
  return new Map(
    nodesOf(graph).flatMap(({ op, attrs, inputs }) => {
      const scatter = op.traits?.scatter?.(attrs);
      const isAlone = scatter?.axis === 0 && uses.count(inputs[0]!) === 1;
      return isAlone ? [[inputs[0]!, scatter.size] as const] : [];
    }),
  );
}

/** The projections of one loop. */
class Projections {
  readonly #loop: Loop;
  readonly #limits: ProjectionLimits;
  readonly #weights: number;
  readonly #nodes: readonly Node[];
  readonly #varying: ReadonlySet<Value>;
  /** All steps of values that depend on no state. */
  readonly #sequences: Map<Value, Value>;

  constructor(loop: Loop, limits: ProjectionLimits) {
    this.#loop = loop;
    this.#limits = limits;
    this.#weights = weightsIn(loop);
    this.#nodes = nodesOf(bodyOf(loop));
    this.#varying = varyingIn(loop);
    this.#sequences = new Map(loop.sequences.map(({ inner, outer }) => [inner, outer]));
  }

  /** The outputs of the loop without its projections; undefined when it has none that pay. */
  moveOut(scattered: ReadonlyMap<Value, number>): readonly Value[] | undefined {
    const before = this.#nodes.flatMap((node) => inPlaceOf(node, () => this.#before(node)) ?? []);
    const after = this.#after(scattered);
    const loop = this.#loop;
    const gathered = loop.emitted.filter((y) => this.#sequences.has(y) && !isGiven(loop, y));
    if (before.length + after.size + gathered.length === 0) return undefined;
    const emitted = loop.emitted.filter((y) => !gathered.includes(y)).map((y) => after.get(y)?.x ?? y);
    const results = closeLoop({ ...loop, sequences: [...loop.sequences, ...before], emitted });
    const rows = (y: Value): Value => {
      const projection = after.get(y);
      return projection
        ? inPlaceOf(y.node, () => this.#project(projection, results.rows(projection.x)))
        : results.rows(y);
    };
    return [
      ...loop.carries.map(({ inner }) => results.last(inner)),
      ...loop.emitted.map((y) => (gathered.includes(y) ? this.#sequences.get(y)! : rows(y))),
    ];
  }

  /** What a node gives at all steps, made before the loop. */
  #before(node: Node): Given | undefined {
    const [inner] = node.outputs as readonly [Value];
    const { inputs, op, attrs } = node;
    const ids = op.traits?.gather?.(attrs).axis === 0 && this.#sequences.get(inputs[1]!);
    if (ids && !this.#varying.has(inputs[0]!)) {
      this.#sequences.set(inner, applyOp(op, [this.#lift(inputs[0]!), ids], attrs)[0]!);
    }
    const side = sidesOf(node).find(({ x, other }) => this.#sequences.has(x) && !this.#varying.has(other));
    if (!side) return undefined;
    const xs = this.#sequences.get(side.x)!;
    return this.#pays(side, inner) || isGathered(xs) ? { inner, outer: this.#project(side, xs) } : undefined;
  }

  /** What is emitted and nothing but a projection, with the projection. */
  #after(scattered: ReadonlyMap<Value, number>): ReadonlyMap<Value, Contraction> {
    const { node, carries, emitted } = this.#loop;
    const used = new Set([
      ...this.#nodes.flatMap(({ inputs }) => inputs),
      ...carries.map(({ next }) => next),
    ]);
    const made = new Set(this.#nodes);
    const free = new Set([...this.#sequences.keys(), ...emitted]);
    const found = new Map<Value, Contraction>();
    emitted.forEach((y, i) => {
      if (used.has(y) || !made.has(y.node) || isGiven(this.#loop, y)) return;
      const side = sidesOf(y.node).find(({ x, other }) => this.#varying.has(x) && !this.#varying.has(other));
      if (!side) return;
      const tableRows = scattered.get(node.outputs[carries.length + i]!) ?? Infinity;
      const isStored = free.has(side.x) || sizeOf(side.x.shape) <= sizeOf(y.shape);
      const pays = isStored && this.#pays(side, y);
      if (pays || tableRows < node.attrs.length * rowsOf(side)) found.set(y, side);
    });
    return found;
  }

  #pays(side: Contraction, product: Value): boolean {
    const time = { length: this.#loop.node.attrs.length, weights: this.#weights };
    return isBetterOutside(side, product, time, this.#limits);
  }

  /** A projection of the rows of all steps. */
  #project({ other, ofX, ofOther, out }: Contraction, rows: Value): Value {
    const t = letterBeside(ofX, ofOther);
    return contract(rows, this.#lift(other), { a: t + ofX, b: ofOther, out: t + out });
  }

  #lift(x: Value): Value {
    return lifted(this.#loop, [x])(x);
  }
}

const isGiven = ({ carries, sequences, captured }: Loop, x: Value): boolean =>
  [...carries, ...sequences, ...captured].some(({ inner }) => inner === x);

/** Whether a sequence holds more rows than the table that they are gathered from. */
function isGathered({ node: { op, inputs, attrs } }: Value): boolean {
  const gather = op.traits?.gather?.(attrs);
  return gather?.axis === 0 && inputs[0]!.shape[0]! < sizeOf(inputs[1]!.shape);
}
