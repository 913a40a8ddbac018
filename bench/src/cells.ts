/** Cells as a user would write them: nothing in the library knows that they are LSTMs. */
import { add, matmul, mul, sigmoid, split, tanh } from "@unroll/core";
import { cell, layerNorm, ones, orthogonal, param, state, uniform, zeros } from "@unroll/layers";

/** Source: Hochreiter and Schmidhuber 1997, with the forget gates of Gers, Schmidhuber and Cummins 2000. */
export const customLstm = (inputs: number, hidden: number) =>
  cell({
    params: {
      wx: param([inputs, 4 * hidden], uniform(0.08)),
      wh: param([hidden, 4 * hidden], uniform(0.08)),
      b: param([4 * hidden], zeros),
    },
    state: { h: state(hidden), c: state(hidden) },
    step({ wx, wh, b }, { h, c }, x) {
      const [i, f, o, g] = split(add(matmul(x, wx), matmul(h, wh), b), 4);
      const cNext = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
      const hNext = mul(sigmoid(o), tanh(cNext));
      return [{ h: hNext, c: cNext }, hNext];
    },
  });

/**
 * Layer norm on both projections and on the cell, and gates that see the cell.
 *
 * Source: Ba, Kiros and Hinton 2016, equations 20 to 22; Gers and Schmidhuber 2000 for the peepholes.
 */
export function normedPeepholeLstm(inputs: number, hidden: number) {
  const [wide, narrow] = [layerNorm(4 * hidden), layerNorm(hidden)];
  return cell({
    params: {
      wx: param([inputs, 4 * hidden], uniform(0.08)),
      wh: param([hidden, 4 * hidden], orthogonal()),
      peep: { i: param([hidden], ones), f: param([hidden], ones), o: param([hidden], ones) },
      nx: wide.params,
      nh: wide.params,
      nc: narrow.params,
    },
    state: { h: state(hidden), c: state(hidden) },
    step({ wx, wh, peep, nx, nh, nc }, { h, c }, x) {
      const z = add(wide.apply(nx, matmul(x, wx)), wide.apply(nh, matmul(h, wh)));
      const [zi, zf, zo, zg] = split(z, 4);
      const i = sigmoid(add(zi, mul(peep.i, c)));
      const f = sigmoid(add(zf, mul(peep.f, c)));
      const cNext = add(mul(f, c), mul(i, tanh(zg)));
      const o = sigmoid(add(zo, mul(peep.o, cNext)));
      const hNext = mul(o, tanh(narrow.apply(nc, cNext)));
      return [{ h: hNext, c: cNext }, hNext];
    },
  });
}
