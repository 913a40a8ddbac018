import type { Graph } from "../../graph/graph.ts";
import type { Node, Value } from "../../graph/node.ts";
import { add } from "../../ops/arithmetic.ts";
import { concat } from "../../ops/concat.ts";
import { full } from "../../ops/full.ts";
import { Uses } from "./uses.ts";

/** A term of a sum that is zero but for a piece along an axis. */
interface Piece {
  readonly term: Value;
  readonly x: Value;
  readonly axis: number;
  readonly before: number;
}

/**
 * Sums of paddings that do not overlap: what the slices of a value have as its cotangent.
 *
 *     add(add(pad(a, 0, n), t), pad(b, m, 0))   ->   add(concat([a, b]), t)
 */
export class Paddings {
  readonly #uses: Uses;
  readonly #inputs: ReadonlySet<Value>;

  constructor(graph: Graph) {
    this.#uses = new Uses(graph);
    this.#inputs = new Set(graph.inputs);
  }

  /** The sum that ends in this node with its paddings joined; undefined when there are no two of them. */
  join({ op, outputs: [y] }: Node, current: (x: Value) => Value): readonly Value[] | undefined {
    if (!op.traits?.sum || this.#uses.soleUser(y!)?.op.traits?.sum) return undefined;
    const terms = this.#uses.termsOf(y!).map(current);
    const pieces = row(terms.flatMap((term) => this.#pieceOf(term) ?? []));
    if (pieces.length < 2) return undefined;
    const joined = new Set(pieces.map(({ term }) => term));
    return [terms.filter((term) => !joined.has(term)).reduce((sum, term) => add(sum, term), lay(pieces))];
  }

  #pieceOf(term: Value): Piece | undefined {
    const { op, inputs, attrs } = term.node;
    const padding = this.#inputs.has(term) ? undefined : op.traits?.padding?.(attrs);
    return padding && { ...padding, term, x: inputs[0]! };
  }
}

/** Those pieces that lie one behind the other along the axis of the first. */
function row(pieces: readonly Piece[]): readonly Piece[] {
  let end = 0;
  return pieces
    .filter(({ axis }) => axis === pieces[0]!.axis)
    .sort((a, b) => a.before - b.before)
    .filter(({ x, axis, before }) => {
      const fits = before >= end;
      if (fits) end = before + x.shape[axis]!;
      return fits;
    });
}

/** Pieces as one value, with zeros between them. */
function lay(pieces: readonly Piece[]): Value {
  const { axis, term } = pieces[0]!;
  const parts: Value[] = [];
  let end = 0;
  const fillTo = (place: number): void => {
    if (place === end) return;
    const shape = term.shape.with(axis, place - end);
    parts.push(full(0, { dtype: term.type.dtype, shape }));
  };
  for (const { x, before } of pieces) {
    fillTo(before);
    parts.push(x);
    end = before + x.shape[axis]!;
  }
  fillTo(term.shape[axis]!);
  return concat(parts, { axis });
}
