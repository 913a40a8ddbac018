import fc from "fast-check";
import { expect, test } from "vitest";
import { hostRandom } from "@unroll/core";
import { orthogonal } from "../index.ts";

const size = fc.integer({ min: 1, max: 40 });

test("W W^T or W^T W is gain^2 I to 1e-12, whichever is the smaller", () => {
  fc.assert(
    fc.property(size, size, fc.double({ min: 0.1, max: 10, noNaN: true }), fc.nat(), (m, n, gain, seed) => {
      const w = orthogonal(gain)([m, n], hostRandom(seed, "w"));
      const at = (i: number, k: number): number => (m <= n ? w[i * n + k]! : w[k * n + i]!);
      for (let i = 0; i < Math.min(m, n); i++) {
        for (let j = 0; j <= i; j++) {
          let sum = 0;
          for (let k = 0; k < Math.max(m, n); k++) sum += at(i, k) * at(j, k);
          expect(Math.abs(sum / gain ** 2 - (i === j ? 1 : 0))).toBeLessThan(1e-12);
        }
      }
    }),
  );
});

test("vectors that nearly coincide come out orthogonal as well", () => {
  const drawn = [1, 1, 1, 1 + 1e-9];
  const [a, b, c, d] = orthogonal()([2, 2], { uniform: () => 0, normal: () => drawn.shift()! }) as number[];
  expect(Math.abs(a! * c! + b! * d!)).toBeLessThan(1e-15);
});

test("every sign is as likely as the other", () => {
  // QR with the signs of a library would give matrices whose diagonal leans to one side.
  const diagonals = Array.from({ length: 400 }, (_, seed) => orthogonal()([3, 3], hostRandom(seed, "w")));
  for (const i of [0, 4, 8]) {
    const positive = diagonals.filter((w) => w[i]! > 0).length;
    // 400 tosses of a coin: five deviations are 50.
    expect(Math.abs(positive - 200)).toBeLessThan(50);
  }
});

test("other shapes are refused", () => {
  expect(() => orthogonal()([4], hostRandom(1, "w"))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: orthogonal: [4] is no matrix.
    For other shapes choose uniform, normal or filled.]
  `);
});
