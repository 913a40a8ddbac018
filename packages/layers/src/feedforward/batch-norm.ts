import {
  add,
  detach,
  formatType,
  mean,
  mul,
  rsqrt,
  ShapeError,
  square,
  sub,
  type ParamSpec,
  type Value,
  type Values,
} from "@unroll/core";
import { ones, zeros } from "../initializers/initializers.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";

/** gain and bias [size]. */
export interface BatchNormParams {
  readonly gain: ParamSpec;
  readonly bias: ParamSpec;
}

/** What was seen while training: mean and variance [size]. */
export interface BatchNormStatistics {
  readonly mean: ParamSpec;
  readonly variance: ParamSpec;
}

/** How batch normalization is made. */
export interface BatchNormOptions {
  /** How much of the old statistics stays at every step of training. Default: 0.9. */
  readonly momentum?: number;
  /** What is added to the variance. Default: 1e-5. */
  readonly epsilon?: number;
}

/** Batch normalization: two functions, for its mode is no noise, which a key would stand for. */
export interface BatchNorm {
  readonly params: BatchNormParams;
  readonly statistics: BatchNormStatistics;
  /** By the mean and the variance of this batch, which are blended into the statistics. */
  train(
    params: Values<BatchNormParams>,
    statistics: Values<BatchNormStatistics>,
    x: Value,
  ): readonly [statistics: Values<BatchNormStatistics>, y: Value];
  /** By the statistics. */
  apply(params: Values<BatchNormParams>, statistics: Values<BatchNormStatistics>, x: Value): Value;
}

/**
 * Batch normalization: mean 0 and variance 1 of every channel over all other axes, then a gain and a bias per channel.
 *
 * The statistics are a tree beside the parameters, in the state of training; they start as `init(statistics, seed)`,
 * zeros and ones, and nobody differentiates them. They blend the mean and the unbiased variance of each batch:
 *
 *     mean'     = momentum mean     + (1 - momentum) m
 *     variance' = momentum variance + (1 - momentum) v n / (n - 1)    for n numbers per channel
 *
 * Shapes: [..., size] -> same, channels last, and two numbers per channel or more to train.
 * Gradient: that of `train` goes through mean and variance of the batch.
 * Throws: ShapeError for a size that is no whole number from 1 on, and for a batch with one number per channel.
 * Source: Ioffe and Szegedy, Batch Normalization, 2015, algorithms 1 and 2.
 *
 *     const [seen, y] = training ? norm.train(p, statistics, x) : [statistics, norm.apply(p, statistics, x)];
 */
export function batchNorm(size: number, options: BatchNormOptions = {}): BatchNorm {
  checkSizes("batchNorm", { size });
  const { momentum = 0.9, epsilon = 1e-5 } = options;
  const blend = (old: Value, now: Value): Value => detach(add(mul(momentum, old), mul(1 - momentum, now)));
  return {
    params: { gain: param([size], ones), bias: param([size], zeros) },
    statistics: { mean: param([size], zeros), variance: param([size], ones) },
    train({ gain, bias }, statistics, x) {
      const axis = [...x.shape.keys()].slice(0, -1);
      const n = axis.reduce((product, one) => product * x.shape[one]!, 1);
      if (n < 2) throw tooFew(x);
      const m = mean(x, { axis });
      const centred = sub(x, m);
      const v = mean(square(centred), { axis });
      return [
        {
          mean: blend(statistics.mean, m),
          variance: blend(statistics.variance, mul(n / (n - 1), v)),
        },
        add(mul(mul(centred, rsqrt(add(v, epsilon))), gain), bias),
      ];
    },
    apply: ({ gain, bias }, statistics, x) =>
      add(mul(mul(sub(x, statistics.mean), rsqrt(add(statistics.variance, epsilon))), gain), bias),
  };
}

const tooFew = ({ type, label }: Value): ShapeError =>
  new ShapeError(
    `batchNorm: ${label ?? "x"} ${formatType(type)} has fewer than two numbers per channel, and these have no variance.`,
    "Train on larger batches, or normalize by the statistics: apply.",
  );
