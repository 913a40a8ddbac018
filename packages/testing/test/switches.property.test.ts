/**
 * What the planner does to make programs fast, switched off one by one: a program that is right only without it, or
 * only with it, tells which part is to blame. Threads are switched by `threads.property.test.ts`.
 */
import { add, graph, input, matmul, mul, scan, stateful, tanh, tensor } from "@unroll/core";
import type { Engine, Value } from "@unroll/core";
import { optimize, type OptimizeRequest } from "@unroll/core/engine";
import { wasm } from "@unroll/core/wasm";
import { describe, expect, test } from "vitest";
import { graphValues } from "../src/engine-suite/values.ts";

/** The WebAssembly engine on one thread, with programs that are planned in another way. */
function planned(change: (request: OptimizeRequest) => OptimizeRequest): Engine {
  const engine = wasm({ threads: 1 });
  return {
    name: "planned",
    checks: "none",
    plan: (graph, options) => optimize(graph, change({ ...options, panel: 8 })),
    load: (program) => engine.load(program),
    store: (x) => engine.store(x),
    dispose: () => engine.dispose(),
  };
}

const without = {
  nothing: (request: OptimizeRequest) => request,
  fusion: (request: OptimizeRequest) => ({ ...request, fusion: false }),
  "a least size of overlays": (request: OptimizeRequest) => ({ ...request, overlay: 0 }),
  packing: ({ panel: _, ...request }: OptimizeRequest) => request,
  donation: ({ donated: _, ...request }: OptimizeRequest) => request,
} as const;

describe.each(Object.entries(without))("without %s", (name, change) => {
  const engine = planned(change);
  graphValues({ engine, another: undefined, test });

  test("a state goes through steps as it does with everything", () => {
    const step = ({ w, h }: { w: Value; h: Value }, xs: Value) => {
      const [last] = scan((s: Value, x: Value) => [tanh(add(matmul(s, w), x)), undefined], h, xs);
      return [{ w: add(w, mul(0.01, matmul(last, w))), h: last }, { last }] as const;
    };
    const square = (seed: number) =>
      tensor(
        Float32Array.from({ length: 64 }, (_, i) => Math.sin(seed + i) / 4),
        { shape: [8, 8] },
      );
    const xs = tensor(
      Float32Array.from({ length: 320 }, (_, i) => Math.cos(i) / 4),
      { shape: [5, 8, 8] },
    );
    const last = (on: Engine): readonly number[] => {
      const trainer = stateful(step, { w: square(1), h: square(2) }, { engine: on });
      for (let i = 0; i < 3; i++) trainer.step(xs);
      return [...trainer.state.w.data, ...trainer.state.h.data];
    };
    const expected = last(planned(without.nothing));
    // Sums of eight products in another order, five steps three times over: numbers below 1.
    last(engine).forEach((x, i) => expect(Math.abs(x - expected[i]!), name).toBeLessThan(1e-5));
  });
});

test("without fusion every node is a call of its own", () => {
  const x = input({ dtype: "f32", shape: [4] }, "x");
  const closed = graph([x], [tanh(add(mul(x, 2), x))]);
  const calls = (engine: Engine): number =>
    engine.plan(closed, { checks: "none", donated: [] }).statements.length;
  expect([calls(planned(without.nothing)), calls(planned(without.fusion))]).toEqual([1, 3]);
});
