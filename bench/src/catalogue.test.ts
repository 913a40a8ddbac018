import { reference, type Engine, type Program } from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import { describe, expect, test } from "vitest";
import { catalogue } from "./catalogue.ts";
import type { Workload } from "./workload.ts";
import { trainStep } from "./workloads/char-rnn.ts";
import { product } from "./workloads/product.ts";
import { sampling } from "./workloads/sampling.ts";
import { customCell, normedCell } from "./workloads/sequence.ts";

const [length, batch, hidden, inputs] = [5, 3, 4, 6];
const sequence = { length, batch, hidden, inputs };
const [symbols, size] = [7, 4];

/** The workloads, reduced. */
const small: Readonly<Record<string, Workload>> = {
  "W1 and W2": trainStep({ symbols, size, length, batch }),
  W3: normedCell(sequence),
  W4: customCell(sequence),
  W5: product(2, 3, 4),
  W8: sampling(symbols, size),
};

test.each(Object.entries(small))("%s: steps give finite numbers, the same on both engines", (_, workload) => {
  const prepared = workload.prepare({ engine: reference() });
  const other = workload.prepare({ engine: wasm() });
  for (let step = 0; step < 3; step++) {
    prepared.step();
    other.step();
    expect(prepared.result()).toSatisfy(Number.isFinite);
    expect(other.result()).toBeCloseTo(prepared.result(), 4);
  }
  prepared.dispose();
  other.dispose();
});

test("W1 learns what it reads again and again", () => {
  const prepared = small["W1 and W2"]!.prepare({ engine: reference() });
  const losses = Array.from({ length: 60 }, () => {
    prepared.step();
    return prepared.result();
  });
  expect(losses[0]).toBeCloseTo(Math.log(symbols), 0);
  expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.1);
  prepared.dispose();
});

test("W8 writes symbols, and not the same ones over and over", () => {
  const prepared = small["W8"]!.prepare({ engine: reference() });
  const written = Array.from({ length: 50 }, () => {
    prepared.step();
    return prepared.result();
  });
  expect(new Set(written)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
  prepared.dispose();
});

test("W1 needs 3.1 GFLOP, as was said before anything was measured", () => {
  const flops = [...catalogue.W1.cases.values()][0]!.flops!;
  expect(flops / 1e9).toBeCloseTo(3.086, 3);
});

/** An engine that keeps the programs it makes. */
function recording(engine: Engine): { readonly engine: Engine; readonly programs: readonly Program[] } {
  const programs: Program[] = [];
  const plan: Engine["plan"] = (graph, options) => {
    const program = engine.plan(graph, options);
    programs.push(program);
    return program;
  };
  const load: Engine["load"] = (program) => engine.load(program);
  const store: Engine["store"] = (tensor) => engine.store(tensor);
  const { name, checks } = engine;
  return { engine: { name, checks, plan, load, store, dispose: () => engine.dispose() }, programs };
}

/** Multiply-adds of a program's contractions in one run, times two. */
function flopsOf({ statements, kernels }: Pick<Program, "statements" | "kernels">): number {
  const total = statements.map((statement) => {
    if (statement.kind === "loop") return statement.length * flopsOf({ statements: statement.body, kernels });
    if (statement.kind !== "call") return 0;
    const kernel = kernels[statement.kernel]!;
    if (kernel.form !== "contract") return 0;
    const { batch: many, m, n, k } = kernel;
    return 2 * [...many, ...m, ...n, ...k].reduce((product, dimension) => product * dimension.size, 1);
  });
  return total.reduce((sum, flops) => sum + flops, 0);
}

const executed = (workload: Workload, on: Engine): number => {
  const { engine, programs } = recording(on);
  const prepared = workload.prepare({ engine });
  prepared.step();
  prepared.dispose();
  return flopsOf(programs.at(-1)!);
};

/** A product of the states of all sequences, at one step, with a matrix of gates. */
const recurrent = 2 * batch * hidden * 4 * hidden;

describe("the reference engine does as it is told, and needs more than the fewest products by:", () => {
  test("nothing in W5", () => expect(executed(small["W5"]!, reference())).toBe(small["W5"]!.flops));

  test.each(["W3", "W4"])("a second forward pass and three products with the first state in %s", (name) => {
    const forward = 2 * length * batch * (inputs + hidden) * 4 * hidden;
    expect(executed(small[name]!, reference())).toBe(small[name]!.flops! + forward + 3 * recurrent);
  });

  test("a second forward pass, gradients of first states, and looking up before multiplying in W1", () => {
    const forward = 4 * length * recurrent;
    const lookUp = 3 * 2 * (length * batch - symbols) * size * 4 * size;
    expect(executed(small["W1 and W2"]!, reference())).toBe(
      small["W1 and W2"]!.flops! + forward + 2 * recurrent + lookUp,
    );
  });
});

describe("the wasm engine needs more than the fewest products by:", () => {
  test("nothing in W5", () => expect(executed(small["W5"]!, wasm())).toBe(small["W5"]!.flops));

  // A loop makes no exception of its first turn, where states are zeros and nobody wants their gradients.
  test.each(["W3", "W4"])("three products with the first state in %s", (name) => {
    expect(executed(small[name]!, wasm())).toBe(small[name]!.flops! + 3 * recurrent);
  });

  test("gradients of first states in W1", () => {
    expect(executed(small["W1 and W2"]!, wasm())).toBe(small["W1 and W2"]!.flops! + 2 * recurrent);
  });
});
