import { sizeOf } from "../../tensor/type.ts";
import { input, nodesOf, rewriteValues } from "../../graph/graph.ts";
import type { Node, Value } from "../../graph/node.ts";
import { bodyOf, lifted, mapLoop, varyingIn, type Given, type Loop, type Results } from "./loop.ts";
import { isCheapAtPoint } from "./scalar-form.ts";

/** The most elementwise nodes that are computed again for one value. */
const mostNodes = 6;

/** What a scan need not run along, because it can compute it from other values of the scan that made it. */
export class Thinning {
  readonly producer: Loop;
  /** Inputs of the consumer's body, with what they were in the producer's. */
  readonly removed: Map<Value, Value> = new Map();
  /** Values that the producer emits for it. */
  readonly stored: Set<Value> = new Set();
  /** Values of the producer's body that the consumer reads as they are, with their names in its own. */
  readonly #read = new Map<Value, Value>();
  /** Those among them that it did not read before: rows, and what is the same at every step. */
  readonly #rows = new Set<Value>();
  readonly #fixed = new Set<Value>();
  readonly #made: ReadonlySet<Node>;
  readonly #inputs: ReadonlySet<Value>;
  readonly #varying: ReadonlySet<Value>;

  constructor(consumer: Loop, producer: Loop, mayGo: (outer: Value) => boolean) {
    this.producer = producer;
    this.#made = new Set(nodesOf(bodyOf(producer)));
    this.#inputs = new Set(bodyOf(producer).inputs);
    this.#varying = varyingIn(producer);
    const rows = consumer.sequences.flatMap(({ inner, outer }) => {
      const at = producer.node.outputs.indexOf(outer) - producer.carries.length;
      return at >= 0 ? [{ inner, outer, value: producer.emitted[at]! }] : [];
    });
    for (const { inner, value } of rows) this.#read.set(value, inner);
    // In the order in which they are made, so that one may be computed from what another is computed from.
    for (const { inner, outer, value } of rows.sort((a, b) => a.value.node.id - b.value.node.id)) {
      if (mayGo(outer)) this.#remove(inner, value);
    }
  }

  #remove(inner: Value, value: Value): void {
    this.#read.delete(value);
    const leaves = this.#leavesOf(value);
    if (!leaves) {
      this.#read.set(value, inner);
      return;
    }
    this.removed.set(inner, value);
    for (const x of leaves) {
      if (this.#read.has(x)) continue;
      this.#read.set(x, input(x.type, x.label));
      if (!this.#varying.has(x)) this.#fixed.add(x);
      else this.#rows.add(x);
      if (this.#isNew(x)) this.stored.add(x);
    }
  }

  /** What a value is computed from; undefined when that is too much to compute, to read or to store. */
  #leavesOf(value: Value): ReadonlySet<Value> | undefined {
    const leaves = new Set<Value>();
    const seen = new Set<Node>();
    const stack = [value];
    for (let x = stack.pop(); x; x = stack.pop()) {
      if (x !== value && (this.#read.has(x) || !this.#isCheap(x))) leaves.add(x);
      else if (x === value && !this.#isCheap(x)) return undefined;
      else if (!seen.has(x.node)) {
        seen.add(x.node);
        stack.push(...x.node.inputs);
      }
    }
    const fresh = [...leaves].filter((x) => !this.#read.has(x) && this.#varying.has(x));
    const size = sizeOf(value.shape);
    const elements = (values: readonly Value[]): number =>
      values.reduce((total, { shape }) => total + sizeOf(shape), 0);
    const computed = [...seen].filter(({ op, inputs }) => "scalar" in op.lower && inputs.length > 0);
    const isLittle =
      computed.length <= mostNodes &&
      elements(fresh) <= 1.5 * size &&
      2 * elements(fresh.filter((x) => this.#isNew(x))) <= size;
    return isLittle ? leaves : undefined;
  }

  #isCheap(x: Value): boolean {
    const { node } = x;
    const isMade = this.#made.has(node) && !this.#inputs.has(x);
    return isMade && ("view" in node.op.lower || isCheapAtPoint(node));
  }

  /** Whether a value has no sequence yet. */
  #isNew(x: Value): boolean {
    const { sequences, emitted } = this.producer;
    return this.#varying.has(x) && !emitted.includes(x) && !sequences.some(({ inner }) => inner === x);
  }

  /**
   * The consumer without the rows that it can do without; the producer as it is by then, with its results.
   */
  apply(consumer: Loop, producer: Loop, { rows }: Results): Loop {
    const sequences = new Map(producer.sequences.map(({ inner, outer }) => [inner, outer]));
    const outside = lifted(producer, [...this.#fixed]);
    const given = (x: Value, outer: Value): Given => ({ inner: this.#read.get(x)!, outer });
    const again = rewriteValues(
      { inputs: [], outputs: [...this.removed.values()] },
      () => undefined,
      this.#read,
    );
    const computed = new Map([...this.removed].map(([inner, value]) => [inner, again(value)]));
    const now = rewriteValues(bodyOf(consumer), () => undefined, computed);
    return mapLoop(
      {
        ...consumer,
        sequences: [
          ...consumer.sequences.filter(({ inner }) => !this.removed.has(inner)),
          ...[...this.#rows].map((x) => given(x, sequences.get(x) ?? rows(x))),
        ],
        captured: [...consumer.captured, ...[...this.#fixed].map((x) => given(x, outside(x)))],
      },
      now,
    );
  }
}
