import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, tensor, type Tensor, type Value, type Values } from "@unroll/core";
import { enumerate, scoreOf } from "../../test/chain-paths.ts";
import { distance, nested, numbers } from "../../test/numbers.ts";
import { cut } from "../../test/trees.ts";
import { crf, type CrfParams } from "../index.ts";

const i32 = { dtype: "i32" } as const;

test("chains of up to 4 labels and 5 steps are what enumeration finds, with any lengths and constraints", () => {
  const sizes = fc.record({
    T: fc.integer({ min: 1, max: 5 }),
    B: fc.integer({ min: 1, max: 3 }),
    K: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(
      sizes,
      fc.nat(),
      fc.double({ min: 0.1, max: 20, noNaN: true }),
      ({ T, B, K }, seed, deviation) => {
        const draw = (name: string, ...shape: number[]): Tensor =>
          numbers(shape, `${name} ${seed}`, deviation);
        // Label 0 may be anywhere, so that there is a path.
        const forbidden = numbers([K, K], `forbidden ${seed}`);
        const transition = (from: number, to: number): boolean =>
          from * to === 0 || forbidden.data[from * K + to]! < 0.8;
        const chain = crf(K, { allowed: { transition } });
        const p = { transitions: draw("transitions", K, K), start: draw("start", K), end: draw("end", K) };
        const emissions = draw("emissions", T, B, K);
        const lengths = tensor(
          Array.from({ length: B }, (_, b) => Math.abs(seed + 7 * b) % (T + 1)),
          i32,
        );
        const run = compile((p: Values<CrfParams>, emissions: Value, lengths: Value) => ({
          logZ: chain.logPartition(p, { emissions, lengths }),
          found: chain.decode(p, { emissions, lengths }),
          marginals: chain.marginals(p, { emissions, lengths }),
        }));
        const { logZ, found, marginals } = run(p, emissions, lengths);
        const plain = {
          transitions: (nested(p.transitions) as number[][]).map((row, from) =>
            row.map((x, to) => (transition(from, to) ? x : -Infinity)),
          ),
          start: nested(p.start) as number[],
          end: nested(p.end) as number[],
        };
        for (let b = 0; b < B; b++) {
          const rows = (nested(cut(emissions, 1, b, b + 1)) as number[][][])
            .slice(0, lengths.data[b])
            .map(([row]) => row!);
          const expected = enumerate(plain, rows, K);
          // The sum of a few exponentials, to some roundings of its largest score.
          const scale = Math.max(1, Math.abs(expected.best.score), deviation);
          expect(Math.abs(logZ.data[b]! - expected.logZ)).toBeLessThan(1e-13 * scale);
          const path = Array.from(rows, (_, t) => found.labels.data[t * B + b]!);
          expect(Math.abs(scoreOf(plain, rows, path) - expected.best.score)).toBeLessThan(1e-13 * scale);
          expect(Math.abs(found.score.data[b]! - expected.best.score)).toBeLessThan(1e-13 * scale);
          const shares = (nested(cut(marginals, 1, b, b + 1)) as number[][][]).map(([row]) => row!);
          const bound = 1e-13 * scale;
          expect(distance(shares.slice(0, rows.length).flat(), expected.marginals.flat())).toBeLessThan(
            bound,
          );
        }
      },
    ),
  );
});
