import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostRandom } from "@unroll/core";
import { orthogonal, spectralRadius } from "../index.ts";

type Matrix = readonly (readonly number[])[];

const times = (a: Matrix, b: Matrix): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
const transposed = (a: Matrix): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));
const radius = (a: Matrix): number => spectralRadius(a.flat());

/** A random orthogonal matrix. */
function rotation(n: number, seed: number): number[][] {
  const q = orthogonal()([n, n], hostRandom(seed, "q"));
  return Array.from({ length: n }, (_, i) => Array.from(q).slice(n * i, n * (i + 1)));
}

/** Q B Q^T, with the eigenvalues of B and nothing of its looks. */
const disguised = (b: Matrix, seed: number): number[][] => {
  const q = rotation(b.length, seed);
  return times(times(q, b), transposed(q));
};

/** A block of 2 x 2 for each pair r exp(+- i phi), a number for each real eigenvalue, and numbers above them. */
function withEigenvalues(
  pairs: readonly (readonly [number, number])[],
  reals: readonly number[],
  above: number,
) {
  const n = 2 * pairs.length + reals.length;
  const b = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (j > i ? above : 0)));
  pairs.forEach(([r, phi], k) => {
    b[2 * k]![2 * k] = b[2 * k + 1]![2 * k + 1] = r * Math.cos(phi);
    b[2 * k]![2 * k + 1] = r * Math.sin(phi);
    b[2 * k + 1]![2 * k] = -r * Math.sin(phi);
  });
  reals.forEach((x, k) => (b[2 * pairs.length + k]![2 * pairs.length + k] = x));
  return b;
}

const number = fc.double({ min: -2, max: 2, noNaN: true });
const pair = fc.tuple(
  fc.double({ min: 0, max: 2, noNaN: true }),
  fc.double({ min: 0.1, max: 3, noNaN: true }),
);

test("it is the largest absolute value of known eigenvalues, complex pairs and others", () => {
  const pairs = fc.array(pair, { maxLength: 6 });
  fc.assert(
    fc.property(pairs, fc.array(number, { minLength: 1, maxLength: 6 }), fc.nat(), (pairs, reals, seed) => {
      const known = Math.max(...pairs.map(([r]) => r), ...reals.map(Math.abs));
      const a = disguised(withEigenvalues(pairs, reals, 0), seed);
      // Of a normal matrix, eigenvalues move by no more than the rounding of the matrix, some n roundings of 2.
      expect(Math.abs(radius(a) - known)).toBeLessThan(1e-13 * 18);
    }),
  );
});

test("it is the limit of |A^m|^(1/m), by another way", () => {
  // m = 2^30: a constant factor C of |A^m| = C rho^m is then off by log(C) / 2^30.
  const gelfand = (a: Matrix): number => {
    let [power, logarithm] = [a, 0];
    for (let k = 0; k < 30; k++) {
      const norm = Math.sqrt(power.flat().reduce((sum, x) => sum + x * x, 0));
      logarithm += Math.log(norm) / 2 ** k;
      const unit = power.map((row) => row.map((x) => x / norm));
      power = times(unit, unit);
    }
    return Math.exp(logarithm);
  };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (n, seed) => {
      const random = hostRandom(seed, "a");
      const a = Array.from({ length: n }, () => Array.from({ length: n }, () => random.normal()));
      expect(radius(a) / gelfand(a)).toBeCloseTo(1, 6);
    }),
  );
});

describe("of matrices that are no easy ones", () => {
  test("a rotation by a quarter, whose powers go round in a circle", () => {
    expect(
      radius([
        [0, 1],
        [-1, 0],
      ]),
    ).toBeCloseTo(1, 15);
  });

  test("a cycle of n units has all n-th roots of 1, which a QR step without shift leaves where they are", () => {
    for (const n of [3, 4, 7, 50]) {
      const cycle = Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => Number((i + 1) % n === j)),
      );
      expect(radius(cycle)).toBeCloseTo(1, 12);
    }
  });

  test("a companion matrix has the roots of its polynomial: x^3 - 6 x^2 + 11 x - 6", () => {
    expect(
      radius([
        [6, -11, 6],
        [1, 0, 0],
        [0, 1, 0],
      ]),
    ).toBeCloseTo(3, 12);
  });

  test("one far from normal, whose norm says nothing", () => {
    expect(radius(withEigenvalues([[0.5, 1]], [0.25], 1e6))).toBeCloseTo(0.5, 12);
  });

  test("nilpotent, zero, one number", () => {
    expect(
      radius([
        [0, 1, 2],
        [0, 0, 3],
        [0, 0, 0],
      ]),
    ).toBe(0);
    expect(
      radius([
        [0, 0],
        [0, 0],
      ]),
    ).toBe(0);
    expect(radius([[-3]])).toBe(3);
  });

  test("very large and very small numbers", () => {
    const a = disguised(withEigenvalues([[1.5, 1]], [1, -0.5], 0), 1);
    for (const scale of [1e-150, 1e150]) {
      expect(radius(a.map((row) => row.map((x) => scale * x))) / scale).toBeCloseTo(1.5, 12);
    }
  });

  test("100 units, orthogonal", () => expect(radius(rotation(100, 1))).toBeCloseTo(1, 12));
});

test("what is no square matrix of numbers is refused", () => {
  expect(() => spectralRadius([1, 2, 3])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: spectralRadius: 3 numbers are no square matrix.]`,
  );
  expect(() => spectralRadius([1, NaN, 3, 4])).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: spectralRadius: some numbers are not finite.]`,
  );
});
