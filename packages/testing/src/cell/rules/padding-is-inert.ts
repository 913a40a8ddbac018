import { constant, fromArray, reference, tensor, type Tensor } from "@unroll/core";
import { sizeOf, tensorOf } from "../../arbitraries.ts";
import { disagreement } from "../agreement.ts";
import { mapTensors, type Case } from "../case.ts";
import type { Rule } from "../rule.ts";
import { cut, cutAll, joined, rowIndices, sumOf } from "../rows.ts";
import { drawWeights, numbersOf, traceGradient, unrolled, type Numbers, type Weights } from "../run.ts";

/**
 * A padded batch with lengths gives what its sequences give one by one, forwards or from the end of each; padding gets
 * no gradient. That follows from independent rows, so coupled ones are not asked for it; and it is asked without a key,
 * of which there would be others for fewer steps.
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

/**
 * What one sequence gives without its padding. Rows being independent, the others run along and count for nothing: a
 * cell may have captured something for all of them, as attention does.
 */
function alone(one: Case, weights: Weights, row: number, length: number): Numbers {
  const given = { ...one.given, xs: cutAll(one.given.xs, 0, 0, length) };
  const share = {
    state: mapTensors(weights.state, (x) => onlyRow(x, 0, row)),
    y: mapTensors(weights.y, (x) => onlyRow(cut(x, 0, 0, length), 1, row)),
  };
  const run = traceGradient(unrolled(one, { length, key: undefined }), given, share);
  return new Map(
    [...numbersOf(run, reference())].map(([path, x]) => {
      if (path.startsWith("gradient.params")) return [path, x];
      return [path, cut(x, isOfStates(path) ? 0 : 1, row, row + 1)];
    }),
  );
}

/** Zeros in all other rows. */
function onlyRow(x: Tensor, axis: number, row: number): Tensor {
  const rows = rowIndices(x.shape, axis);
  return fromArray(
    x.type,
    x.data.map((n: number, i: number) => (rows[i] === row ? n : 0)),
  );
}

/** States and their gradients are [B, ...]; sequences and theirs [T, B, ...]. */
const isOfStates = (path: string): boolean => /^(gradient\.)?state/.test(path);

/** The numbers of single sequences as those of a padded batch. */
function padded(singles: readonly Numbers[], { steps }: Case): Numbers {
  const paths = [...singles[0]!.keys()];
  const all = paths.map((path): readonly [string, Tensor] => {
    const parts = singles.map((numbers) => numbers.get(path)!);
    if (path.startsWith("gradient.params")) return [path, sumOf(parts)];
    if (isOfStates(path)) return [path, joined(parts, 0)];
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
  const shape = x.shape.with(0, steps - x.shape[0]!);
  const zeros = tensorOf({ dtype: x.type.dtype, shape }, new Array<number>(sizeOf(shape)).fill(0));
  return joined([x, zeros], 0);
}
