import {
  add,
  applyOp,
  compile,
  constant,
  copy,
  mul,
  StaleError,
  stateful,
  take,
  tensor,
  UnsupportedError,
  type Op,
  type Value,
} from "@unroll/core";
import { describe, expect } from "vitest";
import type { Suite } from "./suite.ts";

interface Counter {
  readonly n: Value;
}

/** What belongs to whom: tensors that go in and come out, state, and programs. */
export function memory({ engine, another, test }: Suite): void {
  const twice = (x: Value): Value => mul(2, x);

  describe("tensors", () => {
    test("results are copies that no later run changes", () => {
      const f = compile(twice, { engine });
      const first = f(tensor([1, 2]));
      first.data[0] = 100;
      expect(f(tensor([3, 4])).data).toEqual(Float32Array.of(6, 8));
      expect(first.data).toEqual(Float32Array.of(100, 4));
    });

    test("arguments are read at every call, and never written", () => {
      const f = compile(twice, { engine });
      const x = tensor([1, 2]);
      f(x);
      expect(x.data).toEqual(Float32Array.of(1, 2));
      x.data[1] = 5;
      expect(f(x).data).toEqual(Float32Array.of(2, 10));
    });

    test("a result may be an argument, a constant, and the same value twice", () => {
      const f = compile((x: Value) => ({ x, y: [twice(x), x], c: constant(tensor([7])) }), { engine });
      const { x, y, c } = f(tensor([1]));
      expect([x, ...y, c].map(({ data }) => data[0])).toEqual([1, 2, 1, 7]);
      x.data[0] = 100;
      expect(y[1]!.data[0]).toBe(1);
      c.data[0] = 100;
      expect(f(tensor([2])).c.data[0]).toBe(7);
    });

    test("a stored tensor is a copy, and is read by any program of the engine", () => {
      const x = tensor([1, 2]);
      const stored = engine.store(x);
      x.data[0] = 100;
      expect(stored.data).toEqual(Float32Array.of(1, 2));
      expect(compile(twice, { engine })(stored).data).toEqual(Float32Array.of(2, 4));
      expect(compile((a: Value, b: Value) => add(a, b), { engine })(stored, stored).data).toEqual(
        Float32Array.of(2, 4),
      );
    });

    test("a function is compiled once for every tuple of types", () => {
      const f = compile(twice, { engine });
      for (const x of [[1], [2], [3, 4], [5, 6], []])
        expect([...f(tensor(x)).data]).toEqual(x.map((n) => 2 * n));
      expect(f.compilations).toBe(3);
    });
  });

  describe("state", () => {
    const step = ({ n }: Counter, i: Value): readonly [Counter, Value] => [{ n: add(n, 1) }, take(n, i)];
    const at = (i: number) => tensor(i, { dtype: "i32" });
    const counter = () => stateful(step, { n: tensor([1, 2]) }, { engine, checks: "indices" });

    test("a step moves the state on, and one that throws leaves it", () => {
      const trainer = counter();
      expect(trainer.step(at(0)).data[0]).toBe(1);
      expect(() => trainer.step(at(5))).toThrow("index 5");
      expect([...trainer.state.n.data]).toEqual([2, 3]);
      expect(trainer.step(at(1)).data[0]).toBe(3);
      expect([...trainer.state.n.data]).toEqual([3, 4]);
    });

    test("a tensor of an old state can't be read, and a copy can", () => {
      const trainer = counter();
      trainer.step(at(0));
      const old = trainer.state.n;
      const kept = copy(old);
      trainer.step(at(0));
      expect(() => old.data).toThrow(StaleError);
      expect(() => compile(twice, { engine })(old)).toThrow(StaleError);
      expect([...kept.data]).toEqual([2, 3]);
    });

    test("the state is an argument of other programs, and can be set", () => {
      const trainer = counter();
      trainer.step(at(0));
      expect([...compile(twice, { engine })(trainer.state.n).data]).toEqual([4, 6]);
      trainer.state = { n: tensor([10, 20]) };
      trainer.step(at(0));
      expect([...trainer.state.n.data]).toEqual([11, 21]);
      trainer.dispose();
    });

    test("a state that changes places is read before it is written", () => {
      const swap = stateful(
        ({ a, b }: { a: Value; b: Value }, x: Value) => [{ a: b, b: add(a, x) }, a],
        { a: tensor([1]), b: tensor([10]) },
        { engine },
      );
      const seen = [1, 2, 3].map((x) => swap.step(tensor([x])).data[0]);
      expect(seen).toEqual([1, 10, 2]);
      expect([swap.state.a, swap.state.b].map(({ data }) => data[0])).toEqual([12, 5]);
    });
  });

  describe("host functions", () => {
    const sort: Op<object> = {
      name: "sort",
      infer: ([x]) => [x!],
      lower: {
        kernels: ({ inputs, outputs }, to) => to.host(([x]) => [x!.data.slice().sort()], inputs, outputs),
      },
    };
    test("a function of JavaScript runs in a program, or is refused by name", () => {
      const f = compile((x: Value) => twice(applyOp(sort, [add(x, 1)], {})[0]!), { engine });
      try {
        expect([...f(tensor([3, 1, 2])).data]).toEqual([4, 6, 8]);
      } catch (error) {
        expect(error).toBeInstanceOf(UnsupportedError);
        expect((error as Error).message).toContain("sort");
      }
    });
  });

  if (!another) return;
  describe("disposal", () => {
    test("a program that is disposed of leaves the others alone", () => {
      const own = another();
      const [f, g] = [compile(twice, { engine: own }), compile(twice, { engine: own })];
      f(tensor([1]));
      f.dispose();
      expect([...g(tensor([2])).data]).toEqual([4]);
      expect([...f(tensor([3])).data]).toEqual([6]);
      own.dispose();
    });

    test("an engine that is disposed of gives nothing back", () => {
      const own = another();
      const f = compile(twice, { engine: own });
      const result = f(tensor([1]));
      const stored = own.store(tensor([1]));
      own.dispose();
      expect(() => f(tensor([1]))).toThrow(StaleError);
      expect(() => stored.data).toThrow(StaleError);
      expect([...result.data]).toEqual([2]);
    });
  });
}
