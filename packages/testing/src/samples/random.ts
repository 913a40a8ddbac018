import {
  bernoulli,
  categorical,
  fork,
  forkEach,
  randomNormal,
  randomUniform,
  type Tensor,
} from "@unroll/core";
import fc from "fast-check";
import {
  arbitraryBroadcast,
  arbitraryShape,
  arbitraryTensor,
  interval,
  sizeOf,
  tensorOf,
} from "../arbitraries.ts";
import { at, build, numbersOf, positions, type NumberArray } from "./number-array.ts";
import { drawnUniforms, forkedKey } from "./philox.ts";
import { floats, printed, type Rows } from "./sample.ts";

const arbitraryKey: fc.Arbitrary<Tensor> = fc
  .tuple(fc.integer(), fc.integer())
  .map((words) => tensorOf({ dtype: "i32", shape: [2] }, words));

const constant = "what it draws does not depend on a float";
const small = { maxRank: 2 };

/** Largest logit with the noise -log(-log u); undefined where the two largest are too close for f32 to tell. */
function choice(logits: readonly number[], us: readonly number[], dtype: string): number | undefined {
  const least = dtype === "f64" ? 2 ** -54 : 2 ** -25;
  const noisy = logits.map((x, i) => x - Math.log(-Math.log(Math.max(us[i]!, least))));
  const [first, second] = noisy.toSorted((a, b) => b - a);
  return second !== undefined && first! - second < 1e-4 ? undefined : noisy.indexOf(first!);
}

function choices(key: NumberArray, logits: NumberArray, dtype: string): (number | undefined)[] {
  const [us] = drawnUniforms(key.data, 1, logits.data.length, dtype);
  const count = logits.shape.at(-1)!;
  return positions(logits.shape.slice(0, -1)).map((_, row) => {
    const from = row * count;
    return choice(logits.data.slice(from, from + count), us!.slice(from, from + count), dtype);
  });
}

type Names = "bernoulli" | "categorical" | "fork" | "forkEach" | "randomNormal" | "randomUniform";

/** Rows of ops that draw. */
export const random: Rows<Names> = {
  fork: {
    dtypes: ["i32"],
    order: 0,
    reason: constant,
    cases: () =>
      fc.tuple(arbitraryKey, fc.nat(4)).map(([key, n]) =>
        printed({
          inputs: [key],
          call: (k) => fork(k, n),
          formula: (k) => Array.from({ length: n }, (_, i) => ({ shape: [2], data: forkedKey(k.data, i) })),
          roundings: 0,
        }),
      ),
  },
  forkEach: {
    dtypes: ["i32"],
    order: 0,
    reason: constant,
    cases: () =>
      fc.tuple(arbitraryKey, fc.nat(4)).map(([key, n]) =>
        printed({
          inputs: [key],
          call: (k) => forkEach(k, n),
          formula: (k) => build([n, 2], ([i, word]) => forkedKey(k.data, i!)[word!]!),
          roundings: 0,
        }),
      ),
  },
  randomUniform: {
    dtypes: floats,
    order: 0,
    reason: constant,
    cases: (dtype) =>
      fc
        .tuple(arbitraryKey, arbitraryShape(), fc.constantFrom({}, { low: -1 }, { low: -2, high: 3 }))
        .map(([key, shape, bounds]) =>
          printed({
            inputs: [key],
            call: (k) => randomUniform(k, { dtype, shape }, bounds),
            formula: (k) => {
              const { low = 0, high = 1 } = bounds as { low?: number; high?: number };
              return {
                shape,
                data: drawnUniforms(k.data, 1, sizeOf(shape), dtype)[0]!.map((u) => low + (high - low) * u),
              };
            },
            // Those of [0, 1) are exact; low + (high - low) u cancels around 0.
            magnitude: () => build(shape, () => ("low" in bounds ? 5 : 0)),
            roundings: 2,
          }),
        ),
  },
  randomNormal: {
    dtypes: floats,
    order: 0,
    reason: constant,
    cases: (dtype) =>
      fc
        .tuple(arbitraryKey, arbitraryShape(), fc.constantFrom({}, { mean: 2, deviation: 0.5 }))
        .map(([key, shape, moments]) => {
          const { mean = 0, deviation = 1 } = moments as { mean?: number; deviation?: number };
          const drawn = (k: NumberArray, f: (radius: number, angle: number) => number): NumberArray => {
            const [u, v] = drawnUniforms(k.data, 2, sizeOf(shape), dtype);
            return {
              shape,
              data: u!.map((one, i) => f(Math.sqrt(-2 * Math.log1p(-one)), 2 * Math.PI * v![i]!)),
            };
          };
          return printed({
            inputs: [key],
            call: (k) => randomNormal(k, { dtype, shape }, moments),
            formula: (k) => drawn(k, (radius, angle) => mean + deviation * radius * Math.cos(angle)),
            // The angle, up to 2 pi, rounds twice, and the cosine is off by as much; two functions, a root, three
            // products.
            magnitude: (k) => drawn(k, (radius) => mean + deviation * radius),
            roundings: 13 + 8 + 8 + 5,
          });
        }),
  },
  bernoulli: {
    dtypes: floats,
    order: 0,
    reason: constant,
    cases: (dtype) =>
      fc
        .tuple(arbitraryKey, arbitraryBroadcast(2, small), fc.boolean())
        .chain(([key, { shapes, together }, isNumber]) =>
          fc.tuple(
            fc.constant(key),
            arbitraryTensor({ dtype, shape: isNumber ? [] : shapes[0]! }, interval(0, 1)),
            fc.constant({ shape: together, isNumber }),
          ),
        )
        .map(([key, probability, { shape, isNumber }]) => {
          const p = isNumber ? probability.data[0]! : undefined;
          return printed({
            inputs: isNumber ? [key] : [key, probability],
            call: (k, q) => bernoulli(k, p ?? q, shape),
            formula: (k) => {
              const [us] = drawnUniforms(k.data, 1, sizeOf(shape), "f32");
              const drawn = { shape, data: us! };
              return build(shape, (at_) => Number(at(drawn, at_) < (p ?? at(numbersOf(probability), at_))));
            },
            roundings: 0,
          });
        }),
  },
  categorical: {
    dtypes: floats,
    order: 0,
    reason: constant,
    cases: (dtype) =>
      fc
        .tuple(arbitraryKey, arbitraryShape(small), fc.integer({ min: 1, max: 4 }))
        .chain(([key, shape, count]) =>
          fc.tuple(fc.constant(key), arbitraryTensor({ dtype, shape: [...shape, count] })),
        )
        .filter(([key, logits]) => !choices(numbersOf(key), numbersOf(logits), dtype).includes(undefined))
        .map(([key, logits]) =>
          printed({
            inputs: [key, logits],
            call: (k, x) => categorical(k, x),
            formula: (k, x) => ({ shape: x.shape.slice(0, -1), data: choices(k, x, dtype) as number[] }),
            roundings: 0,
          }),
        ),
  },
};
