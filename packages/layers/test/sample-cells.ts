import {
  add,
  argmax,
  cast,
  concat,
  matmul,
  mul,
  not,
  tanh,
  unsqueeze,
  where,
  type Value,
} from "@unroll/core";
import { cell, dropout, gru, lstm, param, rnn, stackCells, state, uniform, type Cell } from "../src/index.ts";

/** Any cell that takes a Value. */
export type AnyCell = Cell<unknown, unknown, Value, unknown>;

/** Width of the input, and of the states. */
export const I = 3;
export const H = 4;

/** Dropout as a cell without parameters or memory. */
export const noise: Cell<object, object> = cell({
  params: {},
  state: {},
  step: (_, s, x, key) => [s, dropout(x, 0.4, key)],
});

/** A clock, a token, a flag and a mask that does not change beside the state; a tree as output. */
const busy = cell({
  params: { w: param([I + H, H], uniform(0.8)) },
  state: {
    h: state(H),
    clock: state(1, { dtype: "i32" }),
    token: state([], { dtype: "i32" }),
    on: state([], { dtype: "bool", init: 1 }),
    mask: state(H, { init: 0.5 }),
  },
  step({ w }, { h, clock, token, on, mask }, x) {
    const y = tanh(matmul(concat([x, mul(mask, h)]), w));
    const later = cast(add(clock, unsqueeze(token, 1)), x.type.dtype);
    return [
      {
        h: where(unsqueeze(on, 1), y, h),
        clock: add(clock, 1),
        token: argmax(y, { axis: 1 }),
        on: not(on),
        mask,
      },
      { y: mul(y, later), token, on },
    ];
  },
});

/** What wrappers are put around: cells from I to H. */
export const bases: Readonly<Record<string, Cell<unknown, unknown>>> = {
  rnn: rnn(I, H),
  lstm: lstm(I, H),
  gru: gru(I, H),
  stack: stackCells(lstm(I, 2), gru(2, H)),
};

/** Cells of all kinds of state and output. */
export const cells: Readonly<Record<string, AnyCell>> = {
  rnn: rnn(I, H),
  lstm: lstm(I, H),
  "gru, reset before": gru(I, H, { reset: "before" }),
  "gru, reset after": gru(I, H),
  stack: stackCells(lstm(I, 2), noise, gru(2, H), rnn(H, H)),
  busy,
};
