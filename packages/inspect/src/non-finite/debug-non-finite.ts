import { compile, NonFiniteError, reference, type Graph, type Node, type Tensors } from "@unroll/core";
import { NonFiniteReport } from "./report.ts";

/**
 * A function of tensors that runs `f` with checks and reports the first number that is not finite although all that it
 * was made of is: what made it, at which step of which scan, forward or backward, of which numbers, on the way from
 * which parameter. Undefined: there is none.
 *
 * It runs on the reference engine, which is slow; what is already not finite in the arguments is not reported. Call
 * `captureSource(true)` before it for the lines of your own code.
 *
 * Throws: what building the graph throws; IndexError, since indices are looked at as well.
 *
 *     const report = debugNonFinite(trainStep)(trainer.state, batch);
 *     if (report) console.log(String(report));
 */
export function debugNonFinite<A extends readonly unknown[], R>(
  f: (...args: A) => R,
): (...args: { readonly [K in keyof A]: Tensors<A[K]> }) => NonFiniteReport | undefined {
  return (...args) => {
    let seen: { readonly graph: Graph; readonly node: Node | undefined } | undefined;
    const checked = compile(f, {
      engine: reference(),
      checks: "finite",
      onError: (_, graph, node) => (seen = { graph, node }),
    });
    try {
      checked(...args);
      return undefined;
    } catch (error) {
      if (!(error instanceof NonFiniteError) || !seen?.node) throw error;
      return new NonFiniteReport(error, seen.graph, seen.node);
    } finally {
      checked.dispose();
    }
  };
}
