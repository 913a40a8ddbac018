import { nodesOf } from "../../graph/graph.ts";
import { applyOp, inPlaceOf, type Node, type Value } from "../../graph/node.ts";
import { mul } from "../../ops/arithmetic.ts";
import { sum } from "../../ops/broadcast.ts";
import { contract } from "../../ops/contract.ts";
import { letterBeside } from "./letters.ts";
import { isLinear } from "./linear.ts";
import { bodyOf, lifted, varyingIn, type Loop } from "./loop.ts";

/**
 * How the sum of a body's value over all steps is found after the loop.
 *
 *     fixed       x, the same at every step               T x
 *     linear      L(a[t]), L the same at every step       L(sum of a)
 *     product     a contraction of a[t] with b[t]         one contraction, over time as well
 *     scatter     rows a[t] added up by numbers b[t]      one scatter of the rows of all steps
 *     total       a[t] summed over axes                   a summed over these axes and time
 *     plain       anything else                           the sum of a sequence, or a carry
 */
export type Way = "fixed" | "linear" | "product" | "scatter" | "total" | "plain";

/** The ways to the sums of a loop's values. */
export class Ways {
  readonly loop: Loop;
  readonly #made: ReadonlySet<Node>;
  readonly #inputs: ReadonlySet<Value>;
  readonly #varying: ReadonlySet<Value>;

  constructor(loop: Loop) {
    this.loop = loop;
    this.#made = new Set(nodesOf(bodyOf(loop)));
    this.#inputs = new Set(bodyOf(loop).inputs);
    this.#varying = varyingIn(loop);
  }

  isMade(x: Value): boolean {
    return this.#made.has(x.node) && !this.#inputs.has(x);
  }

  varies(x: Value): boolean {
    return this.#varying.has(x);
  }

  /** The inputs of a value's node that differ from step to step. */
  parts({ node }: Value): readonly Value[] {
    return node.inputs.filter((each) => this.varies(each));
  }

  to(x: Value): Way {
    if (!this.varies(x)) return "fixed";
    if (!this.isMade(x)) return "plain";
    const { op, inputs, attrs } = x.node;
    const varying = inputs.map((each) => this.varies(each));
    const { contraction, scatter, total } = op.traits ?? {};
    if (contraction && varying.every(Boolean)) return "product";
    if (scatter?.(attrs).axis === 0 && varying.every(Boolean)) return "scatter";
    if (total) return "total";
    return isLinear(x.node, varying) ? "linear" : "plain";
  }
}

/** What there is after the loop: the sequence of a value, or its sum. */
export interface Found {
  rows(x: Value): Value | undefined;
  sum(x: Value): Value;
}

/** Sums of a loop's values over all steps, made after it. */
export class Totals {
  readonly #ways: Ways;
  readonly #found: Found;
  readonly #known = new Map<Value, Value>();

  constructor(ways: Ways, found: Found) {
    this.#ways = ways;
    this.#found = found;
  }

  of(x: Value): Value {
    const known = this.#known.get(x) ?? inPlaceOf(x.node, () => this.#make(x));
    this.#known.set(x, known);
    return known;
  }

  #make(x: Value): Value {
    const { loop } = this.#ways;
    const { node } = x;
    const { op, inputs, attrs } = node;
    const rows = inputs.map((each) => this.#found.rows(each));
    switch (this.#ways.to(x)) {
      case "fixed":
        return mul(loop.node.attrs.length, this.#lift(x));
      case "plain": {
        const all = this.#found.rows(x);
        return all ? sum(all, { axis: 0 }) : this.#found.sum(x);
      }
      case "product": {
        const { a, b, out } = op.traits!.contraction!(attrs);
        const t = letterBeside(a, b);
        return contract(rows[0]!, rows[1]!, { a: t + a, b: t + b, out });
      }
      case "scatter":
        return applyOp(op, [rows[0]!, rows[1]!], attrs)[0]!;
      case "total":
        return rows[0] ? totalOfRows(node, rows[0]) : this.#throughNode(x);
      case "linear":
        return this.#throughNode(x);
    }
  }

  #lift(x: Value): Value {
    return lifted(this.#ways.loop, [x])(x);
  }

  #throughNode({ node, index }: Value): Value {
    const inputs = node.inputs.map((x) => (this.#ways.varies(x) ? this.of(x) : this.#lift(x)));
    return applyOp(node.op, inputs, node.attrs)[index]!;
  }
}

/** The sum over time and over the axes of a total. */
function totalOfRows({ op, attrs }: Node, rows: Value): Value {
  const { axes, keepDims } = op.traits!.total!(attrs);
  const all = sum(rows, { axis: [0, ...axes.map((axis) => axis + 1)], keepDims });
  return keepDims ? sum(all, { axis: 0 }) : all;
}
