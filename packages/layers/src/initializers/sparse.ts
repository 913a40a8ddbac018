import { ShapeError, type Init, type Random } from "@unroll/core";
import { checkSizes } from "../spec/size.ts";
import { matrix } from "./initializers.ts";
import { spectralRadius } from "./spectral-radius.ts";

/** How the weights that are not 0 are drawn. */
export interface SparseOptions {
  /** Of the normal distribution they come from. Default: 1. */
  readonly deviation?: number;
  /** Of a recurrent matrix: it is scaled so that its largest eigenvalue has this absolute value. */
  readonly spectralRadius?: number;
}

/**
 * Zeros but for `count` weights into every unit, which are normal: a unit is fed by few others, however many there
 * are, so that units differ and do not saturate. 15 is the number of the papers.
 *
 * Shapes: [inputs, outputs], of which every column has `count` numbers; square for a spectral radius.
 * Throws: ShapeError for another shape, or fewer inputs than `count`.
 * Source: Martens, Deep learning via Hessian-free optimization, 2010, section 5; with the spectral radius, 1.1 there,
 * Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in deep learning, 2013,
 * section 4.
 *
 *     rnn(2, 100, { recurrentInit: sparse(15, { spectralRadius: 1.1 }) });
 */
export function sparse(count: number, options: SparseOptions = {}): Init {
  checkSizes("sparse", { count });
  const { deviation = 1, spectralRadius: wanted } = options;
  return (shape, random) => {
    const [inputs, outputs] = matrix("sparse", shape);
    if (count > inputs) {
      throw new ShapeError(`sparse: [${shape.join(", ")}] has less than ${count} inputs.`);
    }
    if (wanted !== undefined && inputs !== outputs) {
      throw new ShapeError(
        `sparse: [${shape.join(", ")}] is not square and has no spectral radius.`,
        "Draw it without; of several gates side by side, each has one of its own.",
      );
    }
    const w = new Float64Array(inputs * outputs);
    for (let unit = 0; unit < outputs; unit++) {
      for (const input of choose(count, inputs, random))
        w[input * outputs + unit] = deviation * random.normal();
    }
    if (wanted === undefined) return w;
    // Not 0 but by a miracle: every unit being fed by some other, there is a cycle of units.
    const scale = wanted / spectralRadius(w);
    return w.map((x) => scale * x);
  };
}

/** `count` different numbers below `size`, all sets being as likely as any other. */
function choose(count: number, size: number, random: Random): readonly number[] {
  const numbers = Array.from({ length: size }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(random.uniform() * (size - i));
    [numbers[i], numbers[j]] = [numbers[j]!, numbers[i]!];
  }
  return numbers.slice(0, count);
}
