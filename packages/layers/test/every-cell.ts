import { fromArray, type Tensor, type Value } from "@unroll/core";
import {
  batchNormLstm,
  clockwork,
  convLstm,
  fastWeights,
  filled,
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
  normal,
  ntm,
  peepholeLstm,
  phasedLstm,
  projectionLstm,
  qrnn,
  rhn,
  rnn,
  scrn,
  sru,
  ugrnn,
  type Cell,
  type LstmVariant,
} from "../src/index.ts";
import { numbers } from "./numbers.ts";
import { batchNormStep } from "./plain-batch-norm.ts";
import { convLstmStep } from "./plain-convolutional.ts";
import * as gated from "./plain-gated.ts";
import * as lstms from "./plain-lstms.ts";
import * as memories from "./plain-memories.ts";
import type { PlainStep } from "./plain-runs.ts";
import { relu } from "./plain-vectors.ts";

/** A cell of the package, and the equations of its paper. */
export interface Published {
  /** With so many inputs and units, of which there are an even number. */
  make(inputs: number, hidden: number): Cell<unknown, unknown, never, unknown>;
  readonly plain: PlainStep;
  /** A sequence [T, B, ...] for it. Default: [T, B, I]. */
  sequence?(
    shape: readonly [steps: number, batch: number, inputs: number],
    seed: number,
    scale: number,
  ): unknown;
  /** Numbers that a state of any numbers has to be made of. Default: as they are. */
  possible?(path: string, x: Tensor): Tensor;
}

const entry = <P, S, X, Y>(
  make: (inputs: number, hidden: number) => Cell<P, S, X, Y>,
  plain: PlainStep,
  more: Pick<Published, "sequence" | "possible"> = {},
): Published => ({ make, plain, ...more });

const variant = (name: LstmVariant): Published =>
  entry((I, H) => lstmVariant(I, H, { variant: name, peepInit: normal(1) }), lstms.variantStep(name));

const timed: Published["sequence"] = ([T, B, I], seed, scale) => ({
  x: numbers([T, B, I], `x ${seed}`, scale),
  t: numbers([T, B, 1], `t ${seed}`, 10),
});

/** Images of 2 by 3. */
const images: Published["sequence"] = ([T, B, I], seed, scale) => numbers([T, B, 2, 3, I], seed, scale);

/** Heads whose weights are not negative, and add up to 1. */
const weightings: Published["possible"] = (path, x) => {
  if (path !== "read" && path !== "write") return x;
  const [, N = 1] = x.shape;
  const sizes = Array.from(x.data, Math.abs);
  const shares = sizes.map((w, i) => {
    const row = Math.floor(i / N) * N;
    return w / sizes.slice(row, row + N).reduce((a, b) => a + b, 0);
  });
  return fromArray(x.type, Float64Array.from(shares));
};

const ntmOptions = { slots: 5, width: 3 };
/** Open for so long that every branch of the time gate is met. */
const opened = { openInit: filled(0.6) };

/** Every cell of the package, in every published form. */
export const everyCell: Readonly<Record<string, Published>> = {
  rnn: entry(rnn, gated.rnnStep(Math.tanh)),
  irnn: entry(irnn, gated.rnnStep(relu)),
  jordan: entry((I, H) => jordan(I, H, 3), gated.jordanStep(0)),
  "jordan with a decay": entry((I, H) => jordan(I, H, 3, { decay: 0.7 }), gated.jordanStep(0.7)),
  indRnn: entry(indRnn, gated.indRnnStep),
  lstm: entry(lstm, lstms.lstmStep),
  peepholeLstm: entry((I, H) => peepholeLstm(I, H, { peepInit: normal(1) }), lstms.variantStep("V")),
  "lstmVariant NIG": variant("NIG"),
  "lstmVariant NFG": variant("NFG"),
  "lstmVariant NOG": variant("NOG"),
  "lstmVariant NIAF": variant("NIAF"),
  "lstmVariant NOAF": variant("NOAF"),
  "lstmVariant NP": variant("NP"),
  "lstmVariant CIFG": variant("CIFG"),
  "lstmVariant FGR": variant("FGR"),
  projectionLstm: entry((I, H) => projectionLstm(I, H, 3), lstms.projectionStep),
  "projectionLstm with two projections": entry(
    (I, H) => projectionLstm(I, H, 3, { nonRecurrent: 2, peepholes: false }),
    lstms.projectionStep,
  ),
  layerNormLstm: entry(layerNormLstm, lstms.layerNormStep),
  "batchNormLstm, evaluation": entry((I, H) => batchNormLstm(I, H, { steps: 4 }).evaluation, batchNormStep),
  multiplicativeLstm: entry(multiplicativeLstm, lstms.multiplicativeStep),
  phasedLstm: entry((I, H) => phasedLstm(I, H, opened), lstms.phasedStep(0.001), { sequence: timed }),
  convLstm: entry((I, H) => convLstm([2, 3], I, H), convLstmStep, { sequence: images }),
  "convLstm without peepholes": entry(
    (I, H) => convLstm([2, 3], I, H, { kernel: 2, recurrentKernel: 3, peepholes: false }),
    convLstmStep,
    { sequence: images },
  ),
  "gru, reset before": entry((I, H) => gru(I, H, { reset: "before" }), gated.gruStep("state")),
  "gru, reset after": entry(gru, gated.gruStep("state")),
  "gru of char-rnn": entry(
    (I, H) => gru(I, H, { reset: "before", update: "candidate" }),
    gated.gruStep("candidate"),
  ),
  mgu: entry(mgu, gated.mguStep),
  mut1: entry(mut1, gated.mut1Step),
  mut2: entry(mut2, gated.mut2Step),
  mut3: entry(mut3, gated.mut3Step),
  ugrnn: entry(ugrnn, gated.ugrnnStep),
  sru: entry(sru, memories.sruStep(Math.sqrt(3))),
  "sru without scale": entry((I, H) => sru(I, H, { scale: 1, highwayBias: -1 }), memories.sruStep(1)),
  "qrnn, f-pooling": entry((I, H) => qrnn(I, H, { window: 1, pooling: "f" }), memories.qrnnStep("f")),
  "qrnn, fo-pooling": entry(qrnn, memories.qrnnStep("fo")),
  "qrnn, ifo-pooling": entry(
    (I, H) => qrnn(I, H, { window: 3, pooling: "ifo", zoneout: 0.3 }),
    memories.qrnnStep("ifo", 0.3),
  ),
  rhn: entry(rhn, gated.rhnStep),
  "rhn with a carry gate": entry((I, H) => rhn(I, H, { depth: 3, coupled: false }), gated.rhnStep),
  scrn: entry((I, H) => scrn(I, H, 3), memories.scrnStep(0.95)),
  "scrn that learns its decay": entry((I, H) => scrn(I, H, 3, { decay: "learnt" }), memories.scrnStep(0)),
  clockwork: entry((I, H) => clockwork(I, H, [2, 3]), memories.clockworkStep([2, 3])),
  fastWeights: entry(fastWeights, memories.fastWeightsStep({})),
  "fastWeights without norm": entry(
    (I, H) => fastWeights(I, H, { layerNorm: false, iterations: 2, decay: 0.5, rate: 0.1 }),
    memories.fastWeightsStep({ iterations: 2, decay: 0.5, rate: 0.1 }),
  ),
  ntm: entry((I, H) => ntm(I, H, ntmOptions), memories.ntmStep(1), { possible: weightings }),
  "ntm that moves by two": entry((I, H) => ntm(I, H, { ...ntmOptions, shifts: 2 }), memories.ntmStep(2), {
    possible: weightings,
  }),
};

/** Any cell of the table, as `unroll` takes it. */
export type AnyPublished = Cell<object, object, Value, unknown>;
