import fc from "fast-check";
import { expect, test } from "vitest";
import { addingProblem } from "./adding-problem.ts";
import type { Batch } from "../batches.ts";
import { copyMemory } from "./copy-memory.ts";

const seed = fc.maxSafeInteger();
/** The numbers of a batch. */
const numbers = ({ x, y }: Batch): number[][] => [[...x.data], [...y.data]];
const small = fc.integer({ min: 1, max: 6 });

test("a batch of the adding problem follows its definition", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 12 }),
      small,
      seed,
      fc.constantFrom("f32", "f64"),
      fc.nat(),
      (length, batch, s, dtype, k) => {
        const { x, y } = addingProblem({ length, batch, seed: s, dtype }).at(k);
        for (let b = 0; b < batch; b++) {
          const steps = Array.from(
            { length },
            (_, t) => [x.data[(t * batch + b) * 2]!, x.data[(t * batch + b) * 2 + 1]!] as const,
          );
          const marked = steps.flatMap(([, marker], t) => (marker === 1 ? [t] : []));
          expect(marked).toHaveLength(2);
          expect(marked[0]!).toBeLessThan(Math.floor(length / 2));
          expect(marked[1]!).toBeGreaterThanOrEqual(Math.floor(length / 2));
          expect(steps.every(([value]) => value >= 0 && value <= 1)).toBe(true);
          const sum = steps[marked[0]!]![0] + steps[marked[1]!]![0];
          expect(y.data[b]).toBe(dtype === "f32" ? Math.fround(sum) : sum);
        }
      },
    ),
  );
});

test("a batch of the copying problem follows its definition", () => {
  fc.assert(
    fc.property(small, small, small, small, seed, fc.nat(), (delay, batch, items, alphabet, s, k) => {
      const task = copyMemory({ delay, batch, items, alphabet, seed: s });
      const { x, y } = task.at(k);
      expect(x.shape).toEqual([delay + 2 * items, batch]);
      for (let t = 0; t < task.length; t++) {
        for (let b = 0; b < batch; b++) {
          const [input, target] = [x.data[t * batch + b]!, y.data[t * batch + b]!];
          if (t < items) expect(input).toBeLessThan(alphabet);
          else expect(input).toBe(t === items + delay - 1 ? alphabet + 1 : alphabet);
          const source = t - delay - items;
          expect(target).toBe(source < 0 ? alphabet : x.data[source * batch + b]);
        }
      }
    }),
  );
});

test("batches depend on seed and position alone, so a run resumes exactly", () => {
  fc.assert(
    fc.property(seed, fc.nat(20), (s, position) => {
      for (const make of [
        () => addingProblem({ length: 4, batch: 2, seed: s }),
        () => copyMemory({ delay: 2, batch: 2, seed: s }),
      ]) {
        const [, , third] = make();
        expect(numbers(make().at(2))).toEqual(numbers(third!));
        const [resumed] = make().from(position);
        expect(numbers(resumed!)).toEqual(numbers(make().at(position)));
        expect(numbers(make().at(position + 1))).not.toEqual(numbers(resumed!));
      }
    }),
  );
});

test("other seeds give other batches", () => {
  fc.assert(
    fc.property(fc.uniqueArray(seed, { minLength: 2, maxLength: 2 }), ([a, b]) => {
      const make = (s: number): number[][] => numbers(addingProblem({ length: 4, batch: 2, seed: s }).at(0));
      expect(make(a!)).not.toEqual(make(b!));
    }),
  );
});
