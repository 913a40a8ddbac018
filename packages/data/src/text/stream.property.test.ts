import fc from "fast-check";
import { expect, test } from "vitest";
import type { Batch } from "../batches.ts";
import { partition } from "./partition.ts";
import { stream, type StreamOptions } from "./stream.ts";

const count = (length: number): Int32Array => Int32Array.from({ length }, (_, i) => i);

const options: fc.Arbitrary<StreamOptions> = fc.record({
  batch: fc.integer({ min: 1, max: 6 }),
  length: fc.integer({ min: 1, max: 7 }),
});

/** A length that suffices and options; symbols are their own positions, so that a batch shows where it was cut. */
const cases = options.chain((o) =>
  fc.tuple(fc.integer({ min: o.batch * o.length + 1, max: 400 }), fc.constant(o)),
);

/** The numbers of a batch. */
const numbers = ({ x, y }: Batch): number[][] => [[...x.data], [...y.data]];

/** One row of a batch. */
const column = (tensor: Batch["x"], b: number): number[] =>
  [...tensor.data].filter((_, i) => i % tensor.shape[1]! === b);

test("each row of a batch continues that row of the one before, and targets follow their inputs", () => {
  fc.assert(
    fc.property(cases, ([length, o]) => {
      const batches = [...stream(count(length), o)];
      for (let b = 0; b < o.batch; b++) {
        const inputs = batches.flatMap(({ x }) => column(x, b));
        const targets = batches.flatMap(({ y }) => column(y, b));
        expect(inputs).toEqual(inputs.map((_, i) => inputs[0]! + i));
        expect(targets).toEqual(inputs.map((n) => n + 1));
      }
    }),
  );
});

test("every symbol but the dropped is once an input and once a target, the two ends aside", () => {
  fc.assert(
    fc.property(cases, ([length, o]) => {
      const training = stream(count(length), o);
      const used = length - training.dropped;
      const all = (name: keyof Batch): number[] =>
        [...training].flatMap((batch) => [...batch[name].data]).sort((a, b) => a - b);
      expect(all("x")).toEqual([...count(used - 1)]);
      expect(all("y")).toEqual([...count(used)].slice(1));
      expect(training.dropped).toBeLessThan(o.batch * o.length);
    }),
  );
});

test("resuming at any position gives the batches that an uninterrupted run has from there", () => {
  fc.assert(
    fc.property(cases, fc.nat(), ([length, o], n) => {
      const training = stream(count(length), o);
      const position = n % (training.batches + 1);
      expect([...training]).toHaveLength(training.batches);
      expect([...training.from(position)].map(numbers)).toEqual([...training].slice(position).map(numbers));
    }),
  );
});

test("parts hold every symbol once and in order, and streams of different parts never share a position", () => {
  const fractions = fc
    .tuple(fc.integer({ min: 1, max: 98 }), fc.integer({ min: 1, max: 98 }))
    .filter(([train, validation]) => train + validation < 100);
  fc.assert(
    fc.property(fractions, fc.integer({ min: 200, max: 2000 }), options, ([train, validation], length, o) => {
      const parts = partition(count(length), {
        train: train / 100,
        validation: validation / 100,
        test: (100 - train - validation) / 100,
      });
      expect([...parts.train, ...parts.validation, ...parts.test]).toEqual([...count(length)]);
      const seen = new Set<number>();
      for (const part of Object.values(parts)) {
        if (part.length <= o.batch * o.length) continue;
        const positions = new Set([...stream(part, o)].flatMap(({ x, y }) => [...x.data, ...y.data]));
        expect([...positions].filter((position) => seen.has(position))).toEqual([]);
        for (const position of positions) seen.add(position);
      }
    }),
  );
});
