/** The recurrent cells by name. */
import {
  clockwork,
  fastWeights,
  gru,
  indRnn,
  irnn,
  jordan,
  layerNormLstm,
  lstm,
  lstmVariant,
  mgu,
  multiplicativeLstm,
  mut1,
  mut2,
  mut3,
  peepholeLstm,
  projectionLstm,
  qrnn,
  rhn,
  rnn,
  scrn,
  sru,
  ugrnn,
  type Cell,
  type LstmVariant,
  type WeightOptions,
} from "@unroll/layers";

/** A cell of so many inputs, whose output has `size` numbers. */
export interface CellKind {
  make(inputs: number, size: number, weights: WeightOptions): Cell<unknown, unknown>;
  /** The states that recurrent weights multiply: what variational dropout drops. */
  readonly multiplied: readonly string[];
}

const kind = (make: CellKind["make"], ...multiplied: readonly string[]): CellKind => ({ make, multiplied });

/** Those of Greff et al., LSTM: A Search Space Odyssey, 2017. */
const variant = (name: LstmVariant): CellKind =>
  kind((inputs, size, weights) => lstmVariant(inputs, size, { ...weights, variant: name }), "h");

/** Every cell that reads a symbol at a time and has nothing else to be told: a line each. */
export const cells = {
  lstm: kind(lstm, "h"),
  gru: kind(gru, "h"),
  rnn: kind(rnn, "h"),
  "peephole-lstm": kind(peepholeLstm, "h"),
  "lstm-nig": variant("NIG"),
  "lstm-nfg": variant("NFG"),
  "lstm-nog": variant("NOG"),
  "lstm-niaf": variant("NIAF"),
  "lstm-noaf": variant("NOAF"),
  "lstm-np": variant("NP"),
  "lstm-cifg": variant("CIFG"),
  "lstm-fgr": variant("FGR"),
  "layer-norm-lstm": kind(layerNormLstm, "h"),
  "multiplicative-lstm": kind(multiplicativeLstm, "h"),
  "projection-lstm": kind((inputs, size, weights) => projectionLstm(inputs, 2 * size, size, weights), "h"),
  mgu: kind(mgu, "h"),
  ugrnn: kind(ugrnn, "h"),
  mut1: kind(mut1, "h"),
  mut2: kind(mut2, "h"),
  mut3: kind(mut3, "h"),
  irnn: kind(irnn, "h"),
  "ind-rnn": kind(indRnn),
  jordan: kind((inputs, size, weights) => jordan(inputs, size, size, weights), "s"),
  clockwork: kind((inputs, size, weights) => clockwork(inputs, size, [1, 2, 4, 8], weights), "h"),
  scrn: kind((inputs, size, weights) => scrn(inputs, size - contextOf(size), contextOf(size), weights), "h"),
  "fast-weights": kind(fastWeights, "h"),
  rhn: kind(rhn, "h"),
  sru: kind(sru),
  qrnn: kind(qrnn),
} satisfies Readonly<Record<string, CellKind>>;

export type CellName = keyof typeof cells;

export const cellNames = Object.keys(cells) as readonly CellName[];

/** A quarter of the output of `scrn` is what changes slowly. */
const contextOf = (size: number): number => Math.max(1, Math.floor(size / 4));
