import { describe, expect, test } from "vitest";
import { fromArray, tensor } from "../../tensor/tensor.ts";
import { graph } from "../../graph/graph.ts";
import { add, mul } from "../../ops/arithmetic.ts";
import { full } from "../../ops/full.ts";
import { f64 } from "../../../test/run-graph.ts";
import { reference } from "./index.ts";

const x = f64([2], "x");
const engine = reference();
const load = () => engine.load(engine.plan(graph([x], [full(3, x.type), mul(x, x), x]), { checks: "none" }));
const numbers = (...data: number[]) => tensor(data, { dtype: "f64" });

test("the reference engine checks indices unless it is told otherwise", () => {
  expect([engine.name, engine.checks]).toEqual(["reference", "indices"]);
});

describe("a run", () => {
  test("leaves the tensors of earlier runs alone, and those that it was given", () => {
    const executable = load();
    const given = numbers(1, 2);
    const first = executable.run([given]);
    for (const { data } of first) data.fill(7);
    const second = executable.run([numbers(3, 4)]);
    expect(second.map(({ data }) => [...data])).toEqual([
      [3, 3],
      [9, 16],
      [3, 4],
    ]);
    expect(first.map(({ data }) => [...data])).toEqual([
      [7, 7],
      [7, 7],
      [7, 7],
    ]);
    expect([...given.data]).toEqual([1, 2]);
  });

  test("gives tensors with their types", () => {
    expect(
      load()
        .run([numbers(1, 2)])
        .map(({ type }) => type),
    ).toEqual([x.type, x.type, x.type]);
  });

  test("refuses a tensor of another size", () => {
    expect(() => load().run([numbers(1, 2, 3)])).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: x has 2 elements, but is given 3
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
  });
});

describe("a stored tensor", () => {
  test("is a copy", () => {
    const data = Float64Array.of(1, 2);
    const stored = engine.store(fromArray(x.type, data));
    data[0] = 99;
    expect([...stored.data]).toEqual([1, 2]);
    expect(stored.type).toEqual(x.type);
  });

  test("goes into programs and says whose it is", () => {
    const stored = engine.store(numbers(3, 4));
    expect([...load().run([stored])[1]!.data]).toEqual([9, 16]);
    expect(stored.storage.owner).toBe(engine);
  });
});

describe("what was disposed of", () => {
  test("is a program: only that one no longer runs", () => {
    const [one, other] = [load(), load()];
    one.dispose();
    expect(() => one.run([numbers(1, 2)])).toThrowErrorMatchingInlineSnapshot(
      `[StaleError: reference: the program was disposed of.]`,
    );
    expect(other.run([numbers(1, 2)])).toHaveLength(3);
  });

  test("is an engine: nothing of it can be used, and results that are out can", () => {
    const mine = reference();
    const executable = mine.load(mine.plan(graph([x], [add(x, x)]), { checks: "none" }));
    const stored = mine.store(numbers(1, 2));
    const results = executable.run([stored]);
    mine.dispose();
    expect(() => executable.run([numbers(1, 2)])).toThrowErrorMatchingInlineSnapshot(
      `[StaleError: reference: the engine was disposed of.]`,
    );
    expect(() => mine.store(numbers(1, 2))).toThrow("the engine was disposed of");
    expect(() => stored.data).toThrow("the engine was disposed of");
    expect([...results[0]!.data]).toEqual([2, 4]);
  });
});
