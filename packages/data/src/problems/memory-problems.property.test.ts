/** The problems of symbols and of products, against their definitions: one sequence at a time, in plain JavaScript. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Batch } from "../batches.ts";
import { countingLanguage } from "./counting-language.ts";
import { dyckLanguage } from "./dyck-language.ts";
import { multiplicationProblem } from "./multiplication-problem.ts";
import { noiselessMemorization } from "./noiseless-memorization.ts";
import { parity } from "./parity.ts";
import { randomPermutation } from "./random-permutation.ts";
import { temporalOrder } from "./temporal-order.ts";

const seed = fc.maxSafeInteger();
const batches = fc.integer({ min: 1, max: 5 });
const lengths = (min: number): fc.Arbitrary<number> => fc.integer({ min, max: 40 });

/** The sequences of a batch of symbols: ids and targets of each, one by one. */
function rowsOf({ x, y }: Batch): readonly { readonly ids: number[]; readonly targets: number[] }[] {
  const batch = x.shape[1]!;
  const column = (data: ArrayLike<number>, b: number): number[] =>
    Array.from(data).filter((_, i) => i % batch === b);
  return Array.from({ length: batch }, (_, b) => ({ ids: column(x.data, b), targets: column(y.data, b) }));
}

test("the target of the multiplication problem is the product of the two marked numbers", () => {
  fc.assert(
    fc.property(lengths(10), batches, seed, (length, batch, s) => {
      const { x, y } = multiplicationProblem({ length, batch, seed: s, dtype: "f64" }).at(0);
      for (let b = 0; b < batch; b++) {
        const at = (t: number): number => (t * batch + b) * 2;
        const marked = Array.from({ length }, (_, t) => t).filter((t) => x.data[at(t) + 1] === 1);
        expect(marked).toHaveLength(2);
        const [first, second] = marked as [number, number];
        expect(first).toBeLessThan(length / 10);
        expect(second).toBeGreaterThanOrEqual(Math.floor(length / 10));
        expect(second).toBeLessThan(length / 2);
        expect(y.data[b]).toBe(x.data[at(first)]! * x.data[at(second)]!);
      }
    }),
  );
});

test("of a temporal order, the symbols that count stand in their tenths and make the class", () => {
  const tenths = { 2: [1, 5], 3: [1, 3, 6] };
  fc.assert(
    fc.property(lengths(10), batches, fc.constantFrom(2, 3), seed, (length, batch, relevant, s) => {
      for (const { ids, targets } of rowsOf(temporalOrder({ length, batch, relevant, seed: s }).at(0))) {
        const places = ids.flatMap((id, t) => (id < 2 ? [t] : []));
        expect(places).toHaveLength(relevant);
        places.forEach((t, i) => {
          const first = Math.floor((length * tenths[relevant][i]!) / 10);
          expect(t).toBeGreaterThanOrEqual(first);
          expect(t).toBeLessThan(first + length / 10);
        });
        const bits = places.map((t) => ids[t]!);
        expect(targets).toEqual([bits.reduce((sum, bit, i) => sum + bit * 2 ** i, 0)]);
        expect(ids.every((id) => id >= 0 && id < 6)).toBe(true);
      }
    }),
  );
});

test("memorized symbols are asked for from the delimiter on", () => {
  const small = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(small, batches, small, small, seed, (delay, batch, items, alphabet, s) => {
      const task = noiselessMemorization({ delay, batch, items, alphabet, seed: s });
      for (const { ids, targets } of rowsOf(task.at(0))) {
        const shown = ids.slice(0, items);
        expect(Math.max(...shown)).toBeLessThan(alphabet);
        const blanks = new Array<number>(delay + items).fill(alphabet);
        expect(ids.slice(items)).toEqual(blanks.with(delay, alphabet + 1));
        expect(targets).toEqual([...blanks, ...shown]);
      }
    }),
  );
});

test("of a random permutation, the first symbol is the answer and none like it comes again", () => {
  fc.assert(
    fc.property(lengths(1), batches, seed, (length, batch, s) => {
      for (const { ids, targets } of rowsOf(randomPermutation({ length, batch, seed: s }).at(0))) {
        expect(targets).toEqual([ids[0]]);
        expect(ids[0]).toBeLessThan(2);
        expect(ids.slice(1).every((id) => id >= 2 && id < 100)).toBe(true);
      }
    }),
  );
});

test("parity is that of the ones so far", () => {
  fc.assert(
    fc.property(lengths(1), batches, seed, (length, batch, s) => {
      for (const { ids, targets } of rowsOf(parity({ length, batch, seed: s }).at(0))) {
        expect(targets).toEqual(ids.map((_, t) => ids.slice(0, t + 1).filter((bit) => bit === 1).length % 2));
      }
    }),
  );
});

test("brackets nest, and the target is the kind of the innermost one that is open", () => {
  const few = fc.integer({ min: 1, max: 3 });
  fc.assert(
    fc.property(lengths(1), batches, few, few, seed, (length, batch, kinds, depth, s) => {
      for (const { ids, targets } of rowsOf(dyckLanguage({ length, batch, kinds, depth, seed: s }).at(0))) {
        const open: number[] = [];
        ids.forEach((id, t) => {
          if (id % 2 === 0) open.push(id / 2);
          else expect(open.pop()).toBe((id - 1) / 2);
          expect(open.length).toBeLessThanOrEqual(depth);
          expect(targets[t]).toBe(open.length === 0 ? kinds : open[open.length - 1]);
        });
      }
    }),
  );
});

test("a counted word is a^n b^n, and the target what follows each b", () => {
  fc.assert(
    fc.property(lengths(3), batches, seed, (length, batch, s) => {
      for (const { ids, targets } of rowsOf(countingLanguage({ length, batch, seed: s }).at(0))) {
        const [, as = "", bs = ""] = /^(0+)(1+)2+$/.exec(ids.join(""))!;
        expect(bs.length).toBe(as.length);
        expect(targets).toEqual(ids.map((id, t) => (id === 1 ? ids[t + 1] : -1)));
      }
    }),
  );
});
