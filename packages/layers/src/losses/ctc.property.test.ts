import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, gradient, logSoftmax, sum, tensor, type Value } from "@unroll/core";
import { labellings } from "../../test/ctc-paths.ts";
import { distance, nested, numbers } from "../../test/numbers.ts";
import { ctc, ctcBeamSearch } from "../index.ts";

test("loss, gradient and beam are what the sum over all V^T paths gives, infeasible labels included", () => {
  const cases = fc
    .record({ T: fc.integer({ min: 1, max: 5 }), V: fc.integer({ min: 2, max: 4 }), blank: fc.nat(1) })
    .chain(({ T, V, blank }) => {
      const label = fc.integer({ min: 0, max: V - 1 }).filter((symbol) => symbol !== blank);
      return fc.record({
        T: fc.constant(T),
        V: fc.constant(V),
        blank: fc.constant(blank),
        labels: fc.array(label, { minLength: 1, maxLength: 4 }),
        seed: fc.nat(),
      });
    });
  fc.assert(
    fc.property(cases, ({ T, V, blank, labels, seed }) => {
      const logProbs = compile((x: Value) => logSoftmax(x))(numbers([T, 1, V], seed, 2));
      const run = compile((x: Value, y: Value) => {
        const loss = ctc(x, y, { blank });
        return { loss, d: gradient(sum(loss), x) };
      });
      const { loss, d } = run(logProbs, tensor([labels], { dtype: "i32" }));
      const rows = (nested(logProbs) as number[][][]).map(([row]) => row!);
      const all = labellings(rows, V, blank);
      const { p, passes } = all.get(labels.join()) ?? { p: 0, passes: rows.map((row) => row.map(() => 0)) };
      if (p === 0) expect(loss.data[0]).toBe(Infinity);
      else expect(loss.data[0]).toBeCloseTo(-Math.log(p), 11);
      const expected = passes.flat().map((q) => (p === 0 ? 0 : -q / p));
      expect(distance(d.data, expected)).toBeLessThan(1e-12);
      const best = Math.max(...[...all.values()].map((one) => one.p));
      const [first] = ctcBeamSearch(logProbs, { blank, width: 4 ** 5 })[0]!;
      expect(first!.logProbability).toBeCloseTo(Math.log(best), 11);
    }),
  );
});
