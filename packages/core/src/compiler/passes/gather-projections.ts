import { sizeOf } from "../../tensor/type.ts";
import { rewrite, type Graph } from "../../graph/graph.ts";
import { applyOp, renew, type Node, type Value } from "../../graph/node.ts";
import { contract } from "../../ops/contract.ts";
import { scatterAdd } from "../../ops/take.ts";
import { transpose } from "../../ops/transpose.ts";
import type { ScanAttrs } from "../../scan/layout.ts";
import type { Pass } from "../pass.ts";
import { letterBeside, sidesOf, type Contraction } from "./letters.ts";
import { bodyOf, openLoop } from "./loop.ts";
import { Uses } from "./uses.ts";

/**
 * Rows of a table are projected once each, and not as often as they are gathered.
 *
 *     take(e, ids) w                  ->   take(e w, ids)
 *     take(e, ids)^T d                ->   e^T scatterAdd(d, ids)           the gradient of w
 *     scatterAdd(d w^T, ids)          ->   scatterAdd(d, ids) w^T           the gradient of e
 *
 * Gathers and scatters choose among rows and a contraction works along columns, so they change places. Done
 * where the table has fewer rows than are taken: 65 letters instead of 2,500 places in a text. In a loop
 * whose table and weight stay the same, rows are those of all steps, for the product leaves the loop
 * (hoistInvariant).
 *
 * A number outside of the table is a row of zeros either way, unless the weight is not finite. Sums round in
 * another order.
 */
export const gatherProjections: Pass = { name: "gatherProjections", run: (graph) => project(graph, []) };

/** A graph that is run `turns` times, with inputs that differ from turn to turn. */
function project(graph: Graph, differing: readonly Value[], turns = 1): Graph {
  const level = new Level(graph, differing, turns);
  return rewrite(graph, (node, inputs) => {
    const outputs = inBody(node, inputs) ?? level.visit(node, inputs) ?? renew(node, inputs);
    level.note(inputs, outputs);
    return outputs;
  });
}

function inBody(node: Node, inputs: readonly Value[]): readonly Value[] | undefined {
  const loop = openLoop(node);
  if (!loop) return undefined;
  const differing = [...loop.carries, ...loop.sequences].map(({ inner }) => inner);
  const attrs = node.attrs as ScanAttrs;
  const body = project(bodyOf(loop), differing, attrs.length);
  return body.outputs.every((y, i) => y === attrs.body.outputs[i])
    ? undefined
    : applyOp(node.op, inputs, { ...attrs, body });
}

/** One level of a graph, and what is known of it on the way through. */
class Level {
  readonly #inputs: ReadonlySet<Value>;
  readonly #varying: Set<Value>;
  readonly #uses: Uses;
  readonly #turns: number;

  constructor(graph: Graph, differing: readonly Value[], turns: number) {
    this.#inputs = new Set(graph.inputs);
    this.#varying = new Set(differing);
    this.#turns = turns;
    this.#uses = new Uses(graph);
  }

  note(inputs: readonly Value[], outputs: readonly Value[]): void {
    if (inputs.some((x) => this.#varying.has(x))) for (const y of outputs) this.#varying.add(y);
  }

  visit(node: Node, inputs: readonly Value[]): readonly Value[] | undefined {
    const { op, attrs } = node;
    if (op.traits?.scatter?.(attrs).axis === 0) {
      const isAlone = this.#uses.count(node.inputs[0]!) === 1;
      return isAlone ? this.#scatterFirst(inputs[0]!, inputs[1]!, op.traits.scatter(attrs).size) : undefined;
    }
    for (const side of sidesOf(node, inputs)) {
      const gathered = this.#gatherOf(side.x);
      const outputs = gathered && (this.#projectFirst(side, gathered) ?? scatterGradient(side, gathered));
      if (outputs) return outputs;
    }
    return undefined;
  }

  /** The node that gathers a value from the rows of a table. */
  #gatherOf(x: Value): Node | undefined {
    const { op, attrs } = x.node;
    return !this.#inputs.has(x) && op.traits?.gather?.(attrs).axis === 0 ? x.node : undefined;
  }

  /** take(e, ids) w -> take(e w, ids) */
  #projectFirst({ other, ofX, ofOther, out }: Contraction, gather: Node): readonly Value[] | undefined {
    const [table, ids] = gather.inputs as readonly [Value, Value];
    const [rows, columns] = cut(ofX, ids.shape.length);
    const turns = this.#varying.has(table) || this.#varying.has(other) ? 1 : this.#turns;
    if (overlap(rows, ofOther) || table.shape[0]! >= turns * sizeOf(ids.shape)) return undefined;
    const v = letterBeside(ofX, ofOther);
    const rest = without(out, rows);
    const products = contract(table, other, { a: v + columns, b: ofOther, out: v + rest });
    const taken = applyOp(gather.op, [products, ids], gather.attrs)[0]!;
    return [arranged(taken, rows + rest, out)];
  }

  /** scatterAdd(d w^T, ids) -> scatterAdd(d, ids) w^T */
  #scatterFirst(source: Value, ids: Value, size: number): readonly Value[] | undefined {
    if (this.#inputs.has(source) || size >= sizeOf(ids.shape)) return undefined;
    for (const { x, other, ofX, ofOther, out } of sidesOf(source.node)) {
      const [rows, columns] = cut(out, ids.shape.length);
      if (overlap(rows, ofOther)) continue;
      const rest = without(ofX, rows);
      const v = letterBeside(ofX, ofOther);
      const sums = scatterAdd(arranged(x, ofX, rows + rest), ids, size);
      return [contract(sums, other, { a: v + rest, b: ofOther, out: v + columns })];
    }
    return undefined;
  }
}

/** take(e, ids)^T d -> e^T scatterAdd(d, ids) */
function scatterGradient(
  { other, ofX, ofOther, out }: Contraction,
  gather: Node,
): readonly Value[] | undefined {
  const [table, ids] = gather.inputs as readonly [Value, Value];
  const [rows, columns] = cut(ofX, ids.shape.length);
  const size = table.shape[0]!;
  const areSummed = rows.split("").every((letter) => ofOther.includes(letter) && !out.includes(letter));
  if (!areSummed || size >= sizeOf(ids.shape)) return undefined;
  const rest = without(ofOther, rows);
  const v = letterBeside(ofX, ofOther);
  const sums = scatterAdd(arranged(other, ofOther, rows + rest), ids, size);
  return [contract(table, sums, { a: v + columns, b: v + rest, out })];
}

const cut = (letters: string, at: number): readonly [string, string] => [
  letters.slice(0, at),
  letters.slice(at),
];

const overlap = (a: string, b: string): boolean => a.split("").some((letter) => b.includes(letter));

const without = (letters: string, others: string): string =>
  letters
    .split("")
    .filter((letter) => !others.includes(letter))
    .join("");

/** A value whose axes have letters, with its axes in another order. */
const arranged = (x: Value, letters: string, wanted: string): Value =>
  transpose(
    x,
    wanted.split("").map((letter) => letters.indexOf(letter)),
  );
