/** One layer: a cell, and what goes around it. */
import { fork } from "@unroll/core";
import {
  cell,
  dropout,
  layerNormStates,
  variationalDropout,
  zoneout,
  type Cell,
  type WeightOptions,
} from "@unroll/layers";
import type { CellKind } from "./cells.ts";

/** How units are chosen that are dropped. */
export const dropoutKinds = ["plain", "locked", "variational"] as const;

export interface LayerOptions {
  readonly layerNorm: boolean;
  readonly dropout: number;
  readonly dropoutKind: (typeof dropoutKinds)[number];
  readonly zoneout: number;
}

/** Where a layer stands. */
export interface Place {
  readonly inputs: number;
  readonly size: number;
  readonly weights: WeightOptions;
  readonly isLowest: boolean;
}

type AnyCell = Cell<unknown, unknown>;

/**
 * A cell with its wrappers. Plain dropout is char-rnn's: of what goes up, at every step anew, and never of what is
 * remembered. Locked dropout is also of what goes up alone, but of the same units all along, as between the layers of
 * Merity, Keskar and Socher, 2018. Variational dropout is that of Gal and Ghahramani, 2016: the same units all along,
 * of what comes in and of the states that recurrent weights multiply.
 */
export function layerOf(kind: CellKind, place: Place, options: LayerOptions): AnyCell {
  const { inputs, size, weights } = place;
  const { dropout: rate, dropoutKind } = options;
  const made = kind.make(inputs, size, weights);
  const normed: AnyCell = options.layerNorm ? layerNormStates(made) : made;
  const zoned = options.zoneout > 0 ? zoneout(normed, options.zoneout) : normed;
  if (rate === 0) return zoned;
  if (dropoutKind === "plain") return droppedOutput(zoned, rate);
  const input = { size: inputs, rate };
  if (dropoutKind === "locked") return place.isLowest ? zoned : variationalDropout(zoned, { input });
  const state = Object.fromEntries(kind.multiplied.map((name) => [name, rate]));
  return variationalDropout(zoned, place.isLowest ? { state } : { input, state });
}

/** A cell whose output is dropped, and nothing of what it remembers. */
const droppedOutput = (inner: AnyCell, rate: number): AnyCell => ({
  ...inner,
  step(params, before, x, key) {
    if (key === undefined) return inner.step(params, before, x);
    const [own, noise] = fork(key, 2);
    const [after, y] = inner.step(params, before, x, own);
    return [after, dropout(y, rate, noise)];
  },
});

/** What stands on top of layers whose masks stay: the mask of what is decoded. */
export const maskedOutput = (size: number, rate: number): AnyCell =>
  variationalDropout(cell({ params: {}, state: {}, step: (_, s, x) => [s, x] }), { input: { size, rate } });
