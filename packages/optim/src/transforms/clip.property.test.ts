import { flatten } from "@unroll/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { training } from "../../test/arbitrary.ts";
import { follow, numbers } from "../../test/train.ts";
import { clipAdaptive } from "./clip-adaptive.ts";
import { clipLeafNorm } from "./clip-leaf-norm.ts";
import { clipNorm, clipValue } from "./clip.ts";

const limits = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
const norm = (xs: readonly number[]): number => Math.hypot(...xs);

test("clipNorm increases no norm, and brings it to the limit at most", () => {
  fc.assert(
    fc.property(limits, training(), (limit, { params, gradients }) => {
      follow(clipNorm(limit), params, gradients).forEach(({ updates }, i) => {
        const before = norm(numbers(gradients[i]));
        expect(norm(numbers(updates))).toBeLessThanOrEqual(Math.min(before, limit) * (1 + 1e-14));
      });
    }),
  );
});

test("clipNorm keeps the direction, and what is within the limit as it is", () => {
  fc.assert(
    fc.property(limits, training(), (limit, { params, gradients }) => {
      follow(clipNorm(limit), params, gradients).forEach(({ updates }, i) => {
        const before = numbers(gradients[i]);
        const after = numbers(updates);
        const scale = Math.min(1, limit / norm(before));
        if (norm(before) < limit * (1 - 1e-14)) expect(after).toEqual(before);
        else
          after.forEach((n, k) =>
            expect(Math.abs(n - scale * before[k]!)).toBeLessThanOrEqual(Math.abs(n) * 1e-14),
          );
      });
    }),
  );
});

test("clipValue leaves every element its sign, and brings it to the limit at most", () => {
  fc.assert(
    fc.property(limits, training(), (limit, { params, gradients }) => {
      follow(clipValue(limit), params, gradients).forEach(({ updates }, i) => {
        const expected = numbers(gradients[i]).map((g) => Math.sign(g) * Math.min(Math.abs(g), limit));
        expect(numbers(updates)).toEqual(expected);
      });
    }),
  );
});

test("clipLeafNorm and clipAdaptive increase no norm of a leaf, and turn none", () => {
  fc.assert(
    fc.property(limits, training(), (limit, { params, gradients }) => {
      for (const clip of [clipLeafNorm(limit), clipAdaptive({ limit })]) {
        follow(clip, params, gradients).forEach(({ updates }, i) => {
          const before = flatten(gradients[i]).map(({ leaf }) => numbers(leaf));
          flatten(updates).forEach(({ leaf }, k) => {
            const after = numbers(leaf);
            const scale = norm(before[k]!) === 0 ? 1 : norm(after) / norm(before[k]!);
            expect(scale).toBeLessThanOrEqual(1 + 1e-14);
            after.forEach((n, j) =>
              expect(Math.abs(n - scale * before[k]![j]!)).toBeLessThanOrEqual(Math.abs(n) * 1e-13),
            );
          });
        });
      }
    }),
  );
});
