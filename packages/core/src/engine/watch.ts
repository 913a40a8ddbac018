import { DTypeError } from "../tensor/error.ts";
import { nodesOf } from "../graph/graph.ts";
import { applyOp, insideBodies, type Node, type Value } from "../graph/node.ts";
import { returned } from "./arguments.ts";
import type { ScanAttrs } from "../scan/layout.ts";
import { scanOp } from "../scan/scan.ts";

/**
 * A graph function that also returns the values labelled with `names`.
 *
 * Values inside of a scan come stacked over time, [T, ...]. A name that is used n times (stacked layers) gives n
 * values, in order of creation. Nobody else's results change, and `label` stays free when nobody watches.
 *
 * Throws: DTypeError naming the labels there are, when one of `names` is not among them.
 *
 *     const watched = compile(watch(score, ["c"]));
 *     const [{ loss }, { c }] = watched(params, x, y);
 */
export function watch<A extends readonly unknown[], R, const N extends string>(
  f: (...args: A) => R,
  names: readonly N[],
): (...args: A) => readonly [R, { readonly [K in N]: readonly Value[] }] {
  const watched = (...args: A): readonly [R, { readonly [K in N]: readonly Value[] }] => {
    const result = f(...args);
    const outputs = returned("watch", result).map(({ leaf }) => leaf);
    const found = labelled(outputs, new Set());
    const present = [...new Set(found.flatMap(({ labels }) => labels))].sort();
    const missing = names.find((name) => !present.includes(name));
    if (missing !== undefined)
      throw new DTypeError(
        `watch: no value is called "${missing}". Names here: ${present.join(", ") || "none"}.`,
      );
    const values = names.map((name) => [
      name,
      found.filter(({ labels }) => labels.includes(name)).map(({ value }) => value()),
    ]);
    return [result, Object.fromEntries(values)];
  };
  // Messages name the parameters of the function that the user wrote.
  return Object.defineProperties(watched, {
    toString: { value: () => f.toString() },
    length: { value: f.length },
    name: { value: f.name },
  });
}

/** A labelled value, made visible outside of the scans it is in when it is asked for. */
interface Found {
  readonly labels: readonly string[];
  readonly order: number;
  readonly value: () => Value;
}

/** All labelled values that outputs depend on. Bodies that several scans share are visited once, by `seen`. */
function labelled(outputs: readonly Value[], seen: Set<Value>, inputs: readonly Value[] = []): Found[] {
  const found = nodesOf({ inputs, outputs }).flatMap((node) => [
    ...node.outputs.flatMap((value) => own(value, seen)),
    ...inside(node, seen),
  ]);
  return found.sort((a, b) => a.order - b.order);
}

function own(value: Value, seen: Set<Value>): Found[] {
  if (value.labels.length === 0 || value.node.op.name === "input" || seen.has(value)) return [];
  seen.add(value);
  return [{ labels: value.labels, order: value.node.id, value: () => value }];
}

/**
 * Labelled values of a scan's body: the scan is run once more, emitting them; equal scans are merged by the compiler.
 */
function inside(node: Node, seen: Set<Value>): Found[] {
  if (node.op.bodies === undefined) return [];
  const attrs = node.attrs as ScanAttrs;
  const { body } = attrs;
  return labelled(body.outputs, seen, body.inputs).map((inner) => ({
    ...inner,
    value: () =>
      insideBodies(() => {
        const tapped = { ...body, outputs: [...body.outputs, inner.value()] };
        return applyOp(scanOp, node.inputs, { ...attrs, body: tapped }).at(-1)!;
      }),
  }));
}
