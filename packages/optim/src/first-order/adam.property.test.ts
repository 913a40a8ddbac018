import { ravel } from "@unroll/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nonZero, training } from "../../test/arbitrary.ts";
import { follow, numbers } from "../../test/train.ts";
import { adam } from "./adam.ts";

test("scaling the loss changes no step by more than epsilon does", () => {
  const [rate, epsilon] = [0.1, 1e-8];
  const optimizer = adam({ learningRate: rate, epsilon });
  fc.assert(
    fc.property(
      fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      training(nonZero),
      (scale, { params, gradients }) => {
        const scaled = gradients.map((grads) => {
          const { vector, unravel } = ravel(grads);
          return unravel(vector.map((g) => scale * g));
        });
        const steps = follow(optimizer, params, gradients);
        const others = follow(optimizer, params, scaled);
        const smallest = Math.min(...gradients.flatMap(numbers).map(Math.abs));
        // Of few steps the mean is at most twice the root of the mean square, which is at least the smallest gradient.
        const bound = rate * 2 * ((epsilon + epsilon / scale) / smallest + 1e-12);
        others.forEach(({ updates }, i) => {
          const expected = numbers(steps[i]!.updates);
          numbers(updates).forEach((n, k) => expect(Math.abs(n - expected[k]!)).toBeLessThanOrEqual(bound));
        });
      },
    ),
  );
});
