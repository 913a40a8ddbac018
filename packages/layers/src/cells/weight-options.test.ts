import { expect, test } from "vitest";
import { flatten, type Init, type Tensor } from "@unroll/core";
import {
  batchNormLstm,
  clockwork,
  convLstm,
  fastWeights,
  filled,
  gru,
  indRnn,
  init,
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
  zeros,
  type Cell,
} from "../index.ts";

interface Inits {
  readonly init?: Init;
  readonly recurrentInit?: Init;
  readonly biasInit?: Init;
}
const entry = (cell: (inits: Inits) => Cell<unknown, unknown, never, unknown>) => cell;

const cells = {
  rnn: entry((o) => rnn(2, 4, o)),
  irnn: entry((o) => irnn(2, 4, o)),
  jordan: entry((o) => jordan(2, 4, 3, o)),
  indRnn: entry((o) => indRnn(2, 4, o)),
  lstm: entry((o) => lstm(2, 4, o)),
  lstmVariant: entry((o) => lstmVariant(2, 4, { ...o, variant: "CIFG" })),
  "lstmVariant FGR": entry((o) => lstmVariant(2, 4, { ...o, variant: "FGR" })),
  peepholeLstm: entry((o) => peepholeLstm(2, 4, o)),
  projectionLstm: entry((o) => projectionLstm(2, 4, 3, o)),
  layerNormLstm: entry((o) => layerNormLstm(2, 4, o)),
  batchNormLstm: entry((o) => batchNormLstm(2, 4, { ...o, steps: 2 })),
  multiplicativeLstm: entry((o) => multiplicativeLstm(2, 4, o)),
  phasedLstm: entry((o) => phasedLstm(2, 4, o)),
  convLstm: entry((o) => convLstm([2, 2], 2, 4, o)),
  gru: entry((o) => gru(2, 4, o)),
  mgu: entry((o) => mgu(2, 4, o)),
  ugrnn: entry((o) => ugrnn(2, 4, o)),
  mut1: entry((o) => mut1(2, 4, o)),
  mut2: entry((o) => mut2(2, 4, o)),
  mut3: entry((o) => mut3(2, 4, o)),
  sru: entry((o) => sru(2, 4, o)),
  qrnn: entry((o) => qrnn(2, 4, o)),
  rhn: entry((o) => rhn(2, 4, o)),
  clockwork: entry((o) => clockwork(2, 4, [1, 2], o)),
  scrn: entry((o) => scrn(2, 4, 3, o)),
  fastWeights: entry((o) => fastWeights(2, 4, o)),
  ntm: entry((o) => ntm(2, 4, { ...o, slots: 4, width: 2 })),
};

/** Matrices of the input and of the state, by the last part of their paths; jordan's ws is of what comes back. */
const ofInput = /(^|\.)(wx|wmx|w|wp|wc|wy)$/;
const ofState = /(^|\.)(wh|wmh|wm|wr|wg|u|v|wh\[\d\])$/;
const ofBiases = /(^|\.)(b|by)$/;

test.for(Object.entries(cells))("%s starts its weights and biases as it is told", ([name, make]) => {
  const told = { init: filled(3), recurrentInit: filled(4), biasInit: filled(5) };
  const params = flatten(init(make(told).params, 1)) as { readonly path: string; readonly leaf: Tensor }[];
  const seen = params.map(({ path, leaf }) => {
    const numbers = [...new Set(leaf.data)];
    if (ofInput.test(path)) expect([path, numbers]).toEqual([path, [3]]);
    if (ofState.test(path)) expect([path, numbers]).toEqual([path, [4]]);
    // What a controller tells the heads of its memory starts from 0.
    if (ofBiases.test(path)) expect([path, numbers]).toEqual([path, [/^(read|write)/.test(path) ? 0 : 5]]);
    return numbers[0];
  });
  expect(seen).toContain(3);
  expect(seen.includes(5)).toBe(name !== "scrn");
});

test("biases that are given twice are refused", () => {
  expect(() => ugrnn(1, 2, { gateBias: 1, biasInit: zeros })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: ugrnn: gateBias and biasInit both say how biases start.
    Leave one of them out.]
  `);
  expect(() => sru(1, 2, { highwayBias: 1, biasInit: zeros })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: sru: highwayBias and biasInit both say how biases start.
    Leave one of them out.]
  `);
  expect(() => rhn(1, 2, { transformBias: 1, biasInit: zeros })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: rhn: transformBias and biasInit both say how biases start.
    Leave one of them out.]
  `);
});
