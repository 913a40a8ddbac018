/** Optimisers by name. */
import {
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamw,
  chain,
  clipNorm,
  clipValue,
  lamb,
  lion,
  nadam,
  radam,
  rmsprop,
  sgd,
  weightDecay,
  type Rate,
  type Transform,
} from "@unroll/optim";
import { flagOf, OptionError } from "../command-line/option.ts";

export interface OptimizerOptions {
  readonly optimizer: OptimizerName;
  readonly momentum: number | undefined;
  readonly rmspropDecay: number | undefined;
  readonly weightDecay: number;
  readonly clip: number;
  readonly clipBy: "value" | "norm";
}

interface OptimizerKind {
  make(learningRate: Rate, options: OptimizerOptions): Transform;
  /** What is of its own kind: nothing else makes use of it. */
  readonly takes: readonly ("momentum" | "rmspropDecay")[];
  /** Whether weight decay goes past the averages of the gradient. */
  readonly decays: boolean;
}

const kind = (make: OptimizerKind["make"], ...takes: OptimizerKind["takes"]): OptimizerKind => ({
  make,
  takes,
  decays: false,
});

export const optimizers = {
  adam: kind((learningRate) => adam({ learningRate })),
  adamw: {
    ...kind((learningRate, { weightDecay }) => adamw({ learningRate, weightDecay })),
    decays: true,
  },
  sgd: kind((learningRate, { momentum = 0 }) => sgd({ learningRate, momentum }), "momentum"),
  nesterov: kind(
    (learningRate, { momentum = 0.9 }) => sgd({ learningRate, momentum, nesterov: true }),
    "momentum",
  ),
  rmsprop: kind(
    (learningRate, { momentum = 0, rmspropDecay: decay = 0.95 }) =>
      rmsprop({ learningRate, momentum, decay }),
    "momentum",
    "rmspropDecay",
  ),
  adagrad: kind((learningRate) => adagrad({ learningRate })),
  adadelta: kind((learningRate) => adadelta({ learningRate })),
  adamax: kind((learningRate) => adamax({ learningRate })),
  nadam: kind((learningRate) => nadam({ learningRate })),
  radam: kind((learningRate) => radam({ learningRate })),
  adafactor: kind((learningRate) => adafactor({ learningRate })),
  lamb: { ...kind((learningRate, { weightDecay }) => lamb({ learningRate, weightDecay })), decays: true },
  lion: kind((learningRate) => lion({ learningRate })),
} satisfies Readonly<Record<string, OptimizerKind>>;

export type OptimizerName = keyof typeof optimizers;

export const optimizerNames = Object.keys(optimizers) as readonly OptimizerName[];

/**
 * Clipping, a penalty on weights, and the optimiser, in this order.
 *
 * Throws: OptionError for an option that the optimiser makes no use of.
 */
export function optimizerOf(options: OptimizerOptions, learningRate: Rate): Transform {
  const { clip, clipBy, optimizer, weightDecay: decay } = options;
  const { make, takes, decays }: OptimizerKind = optimizers[optimizer];
  for (const name of ["momentum", "rmspropDecay"] as const)
    if (options[name] !== undefined && !takes.includes(name)) throw idle(name, optimizer);
  return chain(
    clip === 0 ? chain() : clipBy === "value" ? clipValue(clip) : clipNorm(clip),
    decay === 0 || decays ? chain() : weightDecay({ decay }),
    make(learningRate, options),
  );
}

const idle = (name: string, chosen: string): OptionError =>
  new OptionError(`${flagOf(name)}: ${chosen} makes no use of it.`);
