import { concat, detach, mapTree, reference, slice, unflatten, type Tensor } from "@unroll/core";
import { disagreement } from "../agreement.ts";
import type { Case } from "../case.ts";
import type { Finding, Rule } from "../rule.ts";
import { cutAll, joined, sumOf } from "../rows.ts";
import {
  drawWeights,
  numbersOf,
  traceGradient,
  unrolled,
  type Numbers,
  type Run,
  type Weights,
} from "../run.ts";

/**
 * Chunks that carry their state are one long run, in values and gradients. Run one after the other, with tensors
 * between them, they give the gradient of truncated backpropagation, which for one chunk is the whole. Keys are per
 * step of a run, so this is asked without one.
 */
export const chunksCarryOn: Rule = {
  name: "chunks that carry their state are one long run",
  check(one) {
    const whole = unrolled(one, { key: undefined, reverse: false });
    const weights = drawWeights(whole, one.given, one.seed);
    return carried(one, whole, weights) ?? truncated(one, weights);
  },
};

const remedy = "Everything that a step remembers is state: nothing may depend on where a run begins.";

function carried(one: Case, whole: Run, weights: Weights): Finding | undefined {
  const long = traceGradient(whole, one.given, weights);
  const run = traceGradient(
    inChunks(one, (state) => state),
    one.given,
    weights,
  );
  return disagreement({
    actual: numbersOf(run, reference()),
    expected: numbersOf(long, reference()),
    actually: `in chunks of ${one.chunk}`,
    expectedly: "in one run",
    run,
    dtype: "f64",
    remedy,
  });
}

function truncated(one: Case, weights: Weights): Finding | undefined {
  const run = traceGradient(inChunks(one, detach), one.given, weights);
  return disagreement({
    actual: oneAfterAnother(one, weights),
    expected: numbersOf(run, reference()),
    actually: `of chunks of ${one.chunk} run one after the other`,
    expectedly: "in one run that is truncated there",
    run,
    dtype: "f64",
    remedy,
  });
}

/** Where chunks begin and end. */
const chunksOf = ({ steps, chunk }: Case): readonly (readonly [from: number, to: number])[] =>
  Array.from({ length: Math.ceil(steps / chunk) }, (_, i) => [i * chunk, Math.min((i + 1) * chunk, steps)]);

/** One graph of all chunks. `between` is what becomes of the state from each to the next. */
const inChunks =
  (one: Case, between: (state: unknown) => unknown): Run =>
  (params, start, xs) => {
    let state = start;
    const ys = chunksOf(one).map(([from, to]) => {
      const run = unrolled(one, { key: undefined, reverse: false, length: to - from });
      const [next, y] = run(
        params,
        from === 0 ? state : between(state),
        mapTree((x) => slice(x, from, to), xs),
      );
      state = next;
      return y;
    });
    const [first, ...others] = ys;
    return [state, mapTree((...parts) => concat(parts, { axis: 0 }), first, ...others)];
  };

/** The chunks as a training loop runs them: the state goes from each to the next as tensors. */
function oneAfterAnother(one: Case, weights: Weights): Numbers {
  let { state } = one.given;
  const chunks = chunksOf(one);
  const parts = chunks.map(([from, to]) => {
    const given = { ...one.given, state, xs: cutAll(one.given.xs, 0, from, to) };
    const isLast = to === one.steps;
    const share = { y: cutAll(weights.y, 0, from, to), state: isLast ? weights.state : undefined };
    const run = unrolled(one, { key: undefined, reverse: false, length: to - from });
    const numbers = numbersOf(traceGradient(run, given, share), reference());
    state = stateOf(numbers, state);
    return numbers;
  });
  const paths = [...parts[0]!.keys()];
  return new Map(
    paths.map((path): readonly [string, Tensor] => {
      const all = parts.map((numbers) => numbers.get(path)!);
      if (path.startsWith("gradient.params")) return [path, sumOf(all)];
      if (path.startsWith("gradient.state")) return [path, all[0]!];
      return [path, path.startsWith("state") ? all.at(-1)! : joined(all, 0)];
    }),
  );
}

/** The state among the results of a run, as a tree like another. */
const stateOf = (numbers: Numbers, like: unknown): unknown =>
  unflatten(
    like,
    [...numbers].filter(([path]) => path.startsWith("state")).map(([, tensor]) => tensor),
  );
