import type { Tensor, Tensors } from "@unroll/core";
import fc from "fast-check";
import * as optim from "../src/index.ts";
import type { Transform } from "../src/index.ts";
import { f64, type Tree } from "./train.ts";

const { adam, sgd } = optim;
const schedule = optim.cosine({ rate: 0.1, steps: 3 });

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

/** One of every kind of transform that treats leaves alike, and leaves them where they are without a gradient. */
export const transforms: Readonly<Record<string, Transform>> = {
  clipValue: optim.clipValue(1),
  clipNorm: optim.clipNorm(1),
  clipLeafNorm: optim.clipLeafNorm(1),
  clipAdaptive: optim.clipAdaptive(),
  sgd: sgd({ learningRate: 0.1 }),
  "sgd dampened": sgd({ learningRate: 0.1, momentum: 0.9, dampening: 0.5 }),
  "sgd nesterov": sgd({ learningRate: schedule, momentum: 0.9, nesterov: true }),
  asgd: optim.asgd({ learningRate: 0.1, lambda: 0, averageAfter: 1 }),
  adagrad: optim.adagrad({ learningRate: 0.1 }),
  adadelta: optim.adadelta(),
  adam: adam({ learningRate: schedule }),
  amsgrad: adam({ learningRate: 0.1, amsgrad: true, epsilonIn: "biased" }),
  adamw: optim.adamw({ learningRate: 0.1, weightDecay: 0 }),
  adamax: optim.adamax({ learningRate: 0.1 }),
  nadam: optim.nadam({ learningRate: 0.1 }),
  radam: optim.radam({ learningRate: 0.1 }),
  rmsprop: optim.rmsprop({ learningRate: 0.1 }),
  "rmsprop centred": optim.rmsprop({ learningRate: 0.1, centred: true, momentum: 0.5 }),
  rprop: optim.rprop(),
  lion: optim.lion({ learningRate: 0.1 }),
  adafactor: optim.adafactor(),
  lamb: optim.lamb({ learningRate: 0.1, weightDecay: 0 }),
  lookahead: optim.lookahead(adam({ learningRate: 0.1 }), { every: 2 }),
  accumulate: optim.accumulate(2, sgd({ learningRate: 0.1, momentum: 0.9 })),
  skipNonFinite: optim.skipNonFinite(adam({ learningRate: 0.1 })),
  lossScaling: optim.lossScaling(adam({ learningRate: 0.1 }), { start: 4, every: 2 }),
  ema: optim.ema({ decay: 0.9 }),
  tailAverage: optim.tailAverage(),
};

export const transform: fc.Arbitrary<Transform> = fc.constantFrom(...Object.values(transforms));

/** Those that also do something where there is no gradient. */
export const restless: Readonly<Record<string, Transform>> = {
  gradientNoise: optim.gradientNoise({ seed: 1 }),
  weightDecay: optim.weightDecay({ decay: 0.1 }),
  decoupledDecay: optim.decoupledDecay({ decay: 0.1, learningRate: schedule }),
  asgd: optim.asgd({ learningRate: 0.1, lambda: 0.1 }),
  adamw: optim.adamw({ learningRate: 0.1 }),
  lion: optim.lion({ learningRate: 0.1, weightDecay: 0.1 }),
  lamb: optim.lamb({ learningRate: 0.1 }),
};

export const anyTransform: fc.Arbitrary<Transform> = fc.constantFrom(
  ...Object.values(transforms),
  ...Object.values(restless),
);
