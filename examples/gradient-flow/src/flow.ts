/** How far back the gradient of the error reaches, and what becomes of directions on their way. */
import { compile, fromArray, full, gradient, pullback, sqrt, square, sum, type Tensor } from "@unroll/core";
import type { Tensors, Value } from "@unroll/core";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { lossOf, type Network, type Params, type Subject } from "./model.ts";

/**
 * The norm of dL/dh_t for every step t, the mean over the sequences of a batch.
 *
 * The gradient by a state in the middle is that of a zero which is added to it: the probe.
 */
export function gradientNorms(
  network: Network,
  params: Tensors<Params>,
  { x, y }: { readonly x: Tensor; readonly y: Tensor },
  hidden: number,
): readonly number[] {
  const [length, batch] = x.shape as [number, number];
  const norms = compile((p: Params, xs: Value, target: Value) => {
    const probe = full(0, { dtype: "f32", shape: [length, batch, hidden] });
    const dh = gradient(lossOf(network, p, xs, target, probe), probe);
    return sqrt(sum(square(dh), { axis: -1 }));
  });
  const { data } = norms(params, x, y);
  norms.dispose();
  return Array.from({ length }, (_, t) => mean(data.subarray(t * batch, (t + 1) * batch)));
}

const mean = (numbers: ArrayLike<number>): number =>
  Array.from(numbers).reduce((total, n) => total + n, 0) / numbers.length;

/** Of the singular values of a Jacobian, the largest, the one in the middle and the smallest. */
export interface Spectrum {
  readonly largest: number;
  readonly middle: number;
  readonly smallest: number;
}

/**
 * The singular values of dh_T/dh_t for every step t, along one sequence: how much a change of the memory after step t
 * still changes it at the end.
 *
 * One walk backwards gives all of it: the sequence is run as many times as there are units, side by side, and each run
 * asks about another unit.
 *
 * Shapes: x [T, 1, I].
 */
export function spectra(
  { memory }: Subject,
  network: Network,
  params: Tensors<Params>,
  x: Tensor,
  hidden: number,
): readonly Spectrum[] {
  const [length, , inputs] = x.shape as [number, number, number];
  const jacobians = compile((p: Params, xs: Value, unit: Value) => {
    const probe = full(0, { dtype: "f32", shape: [length, hidden, hidden] });
    const last = network.run(p, xs, probe)[memory]!;
    return pullback(last, unit, probe);
  });
  const repeated = new Float32Array(length * hidden * inputs);
  for (let t = 0; t < length; t++)
    for (let i = 0; i < hidden; i++)
      repeated.set(x.data.subarray(t * inputs, (t + 1) * inputs), (t * hidden + i) * inputs);
  const units = Float32Array.from({ length: hidden ** 2 }, (_, i) => Number(i % (hidden + 1) === 0));
  const { data } = jacobians(
    params,
    fromArray({ dtype: "f32", shape: [length, hidden, inputs] }, repeated),
    fromArray({ dtype: "f32", shape: [hidden, hidden] }, units),
  );
  jacobians.dispose();
  return Array.from({ length }, (_, t) =>
    spectrumOf(data.subarray(t * hidden ** 2, (t + 1) * hidden ** 2), hidden),
  );
}

function spectrumOf(numbers: ArrayLike<number>, size: number): Spectrum {
  const values = new SingularValueDecomposition(Matrix.from1DArray(size, size, numbers)).diagonal;
  const sorted = values.toSorted((a, b) => b - a);
  return { largest: sorted[0]!, middle: sorted[Math.floor(size / 2)]!, smallest: sorted[size - 1]! };
}
