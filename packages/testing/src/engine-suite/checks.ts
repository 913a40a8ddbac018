import {
  add,
  compile,
  constant,
  div,
  IndexError,
  log,
  NonFiniteError,
  scan,
  scatterAdd,
  softmax,
  take,
  takeAlong,
  tensor,
  where,
  type Tensor,
  type Value,
} from "@unroll/core";
import { describe, expect } from "vitest";
import type { Suite } from "./suite.ts";

const ids = (...numbers: number[]): Tensor => tensor(numbers, { dtype: "i32" });

/** Indices outside of their axis, and numbers that are not finite. */
export function runChecks({ engine, test }: Suite): void {
  describe("indices outside of their axis", () => {
    const table = tensor([
      [1, 2],
      [3, 4],
    ]);

    test("reads at an index outside are 0 without checks", () => {
      const f = compile((x: Value, i: Value) => take(x, i), { engine, checks: "none" });
      expect(f(table, ids(1, -1, 2, 100, -100)).data).toEqual(Float32Array.of(3, 4, 0, 0, 0, 0, 0, 0, 0, 0));
      const along = compile((x: Value, i: Value) => takeAlong(x, i), { engine, checks: "none" });
      const index = tensor(
        [
          [1, 7],
          [-3, 0],
        ],
        { dtype: "i32" },
      );
      expect(along(table, index).data).toEqual(Float32Array.of(2, 0, 0, 3));
    });

    test("additions at an index outside are dropped without checks", () => {
      const f = compile((x: Value, i: Value) => scatterAdd(x, i, 2), { engine, checks: "none" });
      expect(f(tensor([1, 10, 100, 1000]), ids(1, 2, -1, 1)).data).toEqual(Float32Array.of(0, 1001));
    });

    test("an index outside is an error with checks, and -1 is none", () => {
      const f = compile((x: Value, id: Value) => take(x, id), { engine, checks: "indices" });
      expect(f(table, ids(-1, 1)).data).toEqual(Float32Array.of(0, 0, 3, 4));
      expect(() => f(table, ids(0, 2))).toThrow(IndexError);
      expect(() => f(table, ids(0, 2))).toThrow(/take.*id.*index 2 .*size 2/s);
      const g = compile((x: Value, id: Value) => scatterAdd(x, id, 2), { engine, checks: "indices" });
      expect(() => g(tensor([1, 2]), ids(-2, 0))).toThrow(IndexError);
    });

    test("an index outside is found at its step of a scan", () => {
      const f = compile(
        (x: Value, sequence: Value) =>
          scan((s: Value, id: Value) => [add(s, take(x, id)), undefined], take(x, ids0()), sequence)[0],
        { engine, checks: "indices" },
      );
      expect(f(table, ids(0, 1)).data).toEqual(Float32Array.of(5, 8));
      expect(() => f(table, ids(0, 1, 4))).toThrow(/index 4 .*step 2/s);
      expect(f(table, ids(0, 1)).data).toEqual(Float32Array.of(5, 8));
    });
    const ids0 = (): Value => constant(tensor(0, { dtype: "i32" }));
  });

  describe("numbers that are not finite", () => {
    test("NaN and infinities pass without checks", () => {
      const f = compile((x: Value, y: Value) => div(x, y), { engine, checks: "none" });
      expect(f(tensor([1, 0, -1]), tensor([0, 0, 0])).data).toEqual(
        Float32Array.of(Infinity, NaN, -Infinity),
      );
    });

    test("the first one is an error with checks, and names where it was made", () => {
      const f = compile((x: Value) => add(log(x), 1), { engine, checks: "finite" });
      expect(f(tensor([1])).data).toEqual(Float32Array.of(1));
      expect(() => f(tensor([1, 0]))).toThrow(NonFiniteError);
      expect(() => f(tensor([1, 0]))).toThrow(/log: x f32\[2\]/);
    });

    test("a mask of -Infinity is meant", () => {
      const f = compile((x: Value, keep: Value) => softmax(where(keep, x, -Infinity)), {
        engine,
        checks: "finite",
      });
      const keep = tensor([true, false, true]);
      expect(f(tensor([0, 5, 0]), keep).data).toEqual(Float32Array.of(0.5, 0, 0.5));
    });
  });
}
