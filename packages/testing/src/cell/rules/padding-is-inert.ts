import { constant, fromArray, reference, tensor, type Tensor } from "@unroll/core";
import { disagreement } from "../agreement.ts";
import type { Case } from "../case.ts";
import type { Rule } from "../rule.ts";
import { cut, cutAll, joined, sumOf } from "../rows.ts";
import { drawWeights, numbersOf, traceGradient, unrolled, type Numbers, type Weights } from "../run.ts";

/**
 * A padded batch with lengths gives what its sequences give one by one, forwards or from the end of each; padding gets
 * no gradient. That follows from independent rows, so coupled ones are not asked for it; and draws have the shape of the
 * batch, so it is asked without a key.
 */
export const paddingIsInert: Rule = {
  name: "a padded batch is its sequences one by one",
  check(one) {
    if (one.cell.rows === "coupled") return undefined;
    const lengths = constant(tensor(Int32Array.from(one.lengths)));
    const batch = unrolled(one, { lengths, key: undefined });
    const weights = drawWeights(batch, one.given, one.seed);
    const run = traceGradient(batch, one.given, weights);
    return disagreement({
      actual: numbersOf(run, reference()),
      expected: padded(
        one.lengths.map((length, row) => alone(one, weights, row, length)),
        one,
      ),
      actually: "in a padded batch",
      expectedly: "one by one",
      run,
      dtype: "f64",
      remedy: "Behind its length a sequence keeps its state, gives zeros, and gets no gradient.",
    });
  },
};

/** One sequence without its padding, as a batch of one. */
function alone(one: Case, weights: Weights, row: number, length: number): Numbers {
  const { params, state, xs } = one.given;
  const own = {
    params,
    state: cutAll(state, 0, row, row + 1),
    xs: cutAll(cutAll(xs, 1, row, row + 1), 0, 0, length),
  };
  const share = {
    state: cutAll(weights.state, 0, row, row + 1),
    y: cutAll(cutAll(weights.y, 1, row, row + 1), 0, 0, length),
  };
  return numbersOf(traceGradient(unrolled(one, { length, key: undefined }), own, share), reference());
}

/** The numbers of single sequences as those of a padded batch. */
function padded(singles: readonly Numbers[], { steps }: Case): Numbers {
  const paths = [...singles[0]!.keys()];
  const all = paths.map((path): readonly [string, Tensor] => {
    const parts = singles.map((numbers) => numbers.get(path)!);
    if (path.startsWith("gradient.params")) return [path, sumOf(parts)];
    if (/^(gradient\.)?state/.test(path)) return [path, joined(parts, 0)];
    return [
      path,
      joined(
        parts.map((part) => withPadding(part, steps)),
        1,
      ),
    ];
  });
  return new Map(all);
}

/** Zeros up to a number of steps. */
function withPadding(x: Tensor, steps: number): Tensor {
  const zeros = { dtype: x.type.dtype, shape: x.shape.with(0, steps - x.shape[0]!) };
  const data = cut(x, 0, 0, 0).data.constructor as unknown as new (size: number) => typeof x.data;
  return joined([x, fromArray(zeros, new data(zeros.shape.reduce((n, size) => n * size, 1)))], 0);
}
