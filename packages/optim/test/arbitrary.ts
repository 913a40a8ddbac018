import type { Tensor, Tensors } from "@unroll/core";
import fc from "fast-check";
import { adam, clipNorm, clipValue, cosine, rmsprop, sgd, type Transform } from "../src/index.ts";
import { f64, type Tree } from "./train.ts";

/** What an optimiser is given: gradients for some parameters, all trees of one structure. */
export interface Training {
  readonly params: Tensors<Tree>;
  readonly gradients: readonly Tensors<Tree>[];
}

/** Numbers other than 0 whose squares neither overflow nor vanish. */
export const nonZero: fc.Arbitrary<number> = fc
  .tuple(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), fc.boolean())
  .map(([size, negative]) => (negative ? -size : size));

/** The same, and zeros. */
const finite = fc.oneof({ weight: 4, arbitrary: nonZero }, fc.constant(0));

/** A tree with the length of a vector at every leaf. */
interface Lengths {
  readonly [name: string]: Lengths | number;
}

const names = ["wx", "wh", "b", "rnn"] as const;

const { lengths } = fc.letrec<{ lengths: Lengths }>((tie) => ({
  lengths: fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof({ maxDepth: 2 }, fc.integer({ min: 1, max: 3 }), tie("lengths")),
    { minKeys: 1, maxKeys: 3 },
  ),
}));

function filled(tree: Lengths, element: fc.Arbitrary<number>): fc.Arbitrary<Tensors<Tree>> {
  const children = Object.entries(tree).map(
    ([name, child]): [string, fc.Arbitrary<Tensors<Tree> | Tensor>] => [
      name,
      typeof child === "number"
        ? fc.array(element, { minLength: child, maxLength: child }).map(f64)
        : filled(child, element),
    ],
  );
  return fc.record(Object.fromEntries(children));
}

/** Parameters with one to four gradients, whose elements are drawn from `element`. */
export const training = (element: fc.Arbitrary<number> = finite): fc.Arbitrary<Training> =>
  lengths.chain((tree) =>
    fc.record({
      params: filled(tree, finite),
      gradients: fc.array(filled(tree, element), { minLength: 1, maxLength: 4 }),
    }),
  );

/** One of every kind of transform but those with weight decay: gradients of zeros lead nowhere. */
export const transform: fc.Arbitrary<Transform> = fc.constantFrom(
  clipValue(1),
  clipNorm(1),
  sgd({ learningRate: 0.1 }),
  sgd({ learningRate: 0.1, momentum: 0.9, dampening: 0.5 }),
  sgd({ learningRate: cosine({ rate: 0.1, steps: 3 }), momentum: 0.9, nesterov: true }),
  rmsprop({ learningRate: 0.1 }),
  adam({ learningRate: cosine({ rate: 0.1, steps: 3 }) }),
);
