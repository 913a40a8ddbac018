/** The cells, by the names of the command line. Any other of the library takes one line. */
import {
  chrono,
  gru,
  indRnn,
  irnn,
  layerNormLstm,
  lstm,
  mgu,
  orthogonal,
  peepholeLstm,
  rnn,
  ugrnn,
  type Cell,
} from "@unroll/layers";

/** What a cell is made for. */
export interface CellOptions {
  readonly inputs: number;
  readonly hidden: number;
  /** Steps of a sequence: how long it has to remember. */
  readonly length: number;
}

export const cells = {
  rnn: ({ inputs, hidden }) => rnn(inputs, hidden),
  "orthogonal-rnn": ({ inputs, hidden }) => rnn(inputs, hidden, { recurrentInit: orthogonal() }),
  irnn: ({ inputs, hidden }) => irnn(inputs, hidden),
  "ind-rnn": ({ inputs, hidden }) => indRnn(inputs, hidden),
  lstm: ({ inputs, hidden }) => lstm(inputs, hidden),
  "chrono-lstm": ({ inputs, hidden, length }) => lstm(inputs, hidden, { biasInit: chrono(length) }),
  "peephole-lstm": ({ inputs, hidden }) => peepholeLstm(inputs, hidden),
  "layer-norm-lstm": ({ inputs, hidden }) => layerNormLstm(inputs, hidden),
  gru: ({ inputs, hidden }) => gru(inputs, hidden),
  mgu: ({ inputs, hidden }) => mgu(inputs, hidden),
  ugrnn: ({ inputs, hidden }) => ugrnn(inputs, hidden),
} as const satisfies Readonly<Record<string, (options: CellOptions) => Cell<unknown, unknown>>>;

export type CellName = keyof typeof cells;

/** A cell whose trees nobody has to know: it takes vectors and gives vectors. */
export const cellOf = (name: CellName, options: CellOptions): Cell<unknown, unknown> => cells[name](options);
