import { fork, mapTree, reference, slice, squeeze, stack } from "@unroll/core";
import { disagreement } from "../agreement.ts";
import { keyOf, type Case } from "../case.ts";
import type { Rule } from "../rule.ts";
import { drawWeights, numbersOf, traceGradient, unrolled, type Run } from "../run.ts";

/** What scan means. A step that remembers something in JavaScript is one step in a scan and many in a loop. */
export const stepsAreTheScan: Rule = {
  name: "a scan is a loop of its steps",
  check(one) {
    const weights = drawWeights(unrolled(one), one.given, one.seed);
    const scan = traceGradient(unrolled(one), one.given, weights);
    const loop = traceGradient(looped(one), one.given, weights);
    return disagreement({
      actual: numbersOf(scan, reference()),
      expected: numbersOf(loop, reference()),
      actually: "by scan",
      expectedly: "by a loop of steps",
      run: scan,
      dtype: "f64",
      remedy: "A step is a function of its arguments: it keeps nothing in JavaScript from call to call.",
    });
  },
};

/** A loop of JavaScript over `cell.step`. */
const looped =
  (one: Case): Run =>
  (params, start, xs) => {
    const { cell, steps, reverse } = one;
    const key = keyOf(one);
    const keys = key ? fork(key, steps) : [];
    const ys = new Array<unknown>(steps);
    let state = start;
    for (let i = 0; i < steps; i++) {
      const t = reverse ? steps - 1 - i : i;
      const x = mapTree((all) => squeeze(slice(all, t, t + 1), 0), xs);
      [state, ys[t]] = cell.step(params as never, state as never, x, keys[t]);
    }
    const [first, ...others] = ys;
    return [state, mapTree((...rows) => stack(rows), first, ...others)];
  };
