import fc from "fast-check";
import { arbitraryTensor, integers, type Domain } from "../arbitraries.ts";
import type { Draft, Sizes } from "./case.ts";

/** What drafts are drawn from. */
export interface DraftOptions {
  /** Sizes of a cell that is made are drawn; others are what they are. */
  readonly isMade: boolean;
  readonly inputs: number;
  readonly maxSize: number;
  readonly maxSteps: number;
  readonly maxBatch: number;
  /** Sizes that are given by tensors. */
  readonly steps: number | undefined;
  readonly batch: number | undefined;
  readonly xs: ((sizes: Sizes) => fc.Arbitrary<unknown>) | undefined;
  readonly state: ((sizes: Sizes) => fc.Arbitrary<unknown>) | undefined;
}

/** Numbers of inputs, where any will do: sixteenths from -2 to 2, which are easy to read, and soon shrunk. */
const usual: Domain = {
  numbers: (count) =>
    integers(-32, 32)
      .numbers(count)
      .map((all) => all.map((n) => n / 16)),
};

/** Runs of a cell, from the smallest ones on. */
export function arbitraryDraft(options: DraftOptions): fc.Arbitrary<Draft> {
  const { isMade, maxSize, steps, batch, xs = numbersFor, state = () => fc.constant(undefined) } = options;
  const [maxSteps, maxBatch] = [steps ?? options.maxSteps, batch ?? options.maxBatch];
  const size = (max: number, fixed?: number): fc.Arbitrary<number> =>
    fixed === undefined ? fc.integer({ min: 1, max }) : fc.constant(fixed);
  const sizes = fc.record({
    inputs: size(maxSize, isMade ? undefined : options.inputs),
    hidden: size(maxSize, isMade ? undefined : 0),
    steps: size(maxSteps, steps),
    batch: size(maxBatch, batch),
    reverse: fc.boolean(),
    training: fc.boolean(),
    // No seed is smaller than another.
    seed: fc.noShrink(fc.nat({ max: 2 ** 20 })),
    // More than are needed and longer than is possible: so one size can shrink without the others.
    all: fc.array(fc.nat(maxSteps), { minLength: maxBatch, maxLength: maxBatch }),
    longest: size(maxSteps),
  });
  return sizes.chain(({ all, longest, ...drawn }) =>
    fc.record({ xs: xs(drawn), state: state(drawn) }).map((given) => ({
      ...drawn,
      ...given,
      lengths: all.slice(0, drawn.batch).map((length) => Math.min(length, drawn.steps)),
      chunk: Math.min(longest, drawn.steps),
    })),
  );
}

const numbersFor = ({ steps, batch, inputs }: Sizes): fc.Arbitrary<unknown> =>
  arbitraryTensor({ dtype: "f64", shape: [steps, batch, inputs] }, usual);
