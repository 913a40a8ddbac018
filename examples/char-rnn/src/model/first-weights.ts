/** What weights are before anything is learned. */
import type { Init } from "@unroll/core";
import { glorot, uniform, zeros } from "@unroll/layers";

/** Ways to draw first weights. */
export const initNames = ["uniform", "glorot"] as const;

export interface FirstWeightOptions {
  readonly init: (typeof initNames)[number];
  readonly initRange: number | undefined;
  readonly size: number;
}

/** An option of a layer, left out where the layer knows best. */
type Drawn = { readonly init?: Init };

/**
 * Of cells: by the number of their units, by that of what each weight is fed by and feeds (Glorot and Bengio, 2010), or
 * in a range that is given. Vectors have no such numbers.
 */
export function weightsOfCells({ init, initRange, size }: FirstWeightOptions): Drawn {
  if (initRange !== undefined) return { init: uniform(initRange) };
  return init === "glorot" ? { init: forMatrices(glorot(), uniform(1 / Math.sqrt(size))) } : {};
}

/** Of the decoder, in the same way; with `glorot` no symbol is favoured at first. */
export function weightsOfDecoder({ init, initRange }: FirstWeightOptions): Drawn {
  if (initRange !== undefined) return { init: uniform(initRange) };
  return init === "glorot" ? { init: forMatrices(glorot(), zeros) } : {};
}

const forMatrices =
  (ofMatrices: Init, ofVectors: Init): Init =>
  (shape, random) =>
    (shape.length > 1 ? ofMatrices : ofVectors)(shape, random);
