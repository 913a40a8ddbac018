import {
  compile,
  flatten,
  gradient,
  nodesOf,
  probed,
  reference,
  type Graph,
  type Tensor,
  type Value,
} from "@unroll/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryGraph } from "../src/arbitrary-graph.ts";

/** Give every value a label, those inside of bodies, too. */
function labelAll(graph: Graph): void {
  for (const { outputs, op, attrs } of nodesOf(graph)) {
    for (const y of outputs) y.name("y");
    (op.bodies?.(attrs) ?? []).forEach(labelAll);
  }
}

const numbersOf = (tree: unknown): readonly number[] =>
  flatten(tree).flatMap(({ leaf }) => [...(leaf as Tensor).data]);

test("probes change neither the loss nor its gradient, and the last one's is 1", () => {
  fc.assert(
    fc.property(arbitraryGraph({ maxSteps: 3 }), ({ inputs, loss }) => {
      const f = (...xs: readonly Value[]) => {
        const before = loss(xs);
        labelAll({ inputs: xs, outputs: [before] });
        const after = probed(before);
        const by = after.probes.map(({ value }) => value);
        const of = (l: Value) => gradient(l, xs, { allowUnused: true });
        // The loss itself is the value that was made last.
        const one = gradient(after.loss, by, { allowUnused: true }).at(-1)!;
        return { before: [before, ...of(before)], after: [after.loss, ...of(after.loss)], one, xs };
      };
      const run = compile(f, { engine: reference() });
      const { before, after, one } = run(...inputs);
      expect(after[0]!.data).toEqual(before[0]!.data);
      // Cotangents meet in another order: roundings of a few dozen f64 numbers of a few units stay far below this.
      numbersOf(after).forEach((x, i) => expect(Math.abs(x - numbersOf(before)[i]!)).toBeLessThan(1e-9));
      expect([...one.data]).toEqual([1]);
      run.dispose();
    }),
  );
});
