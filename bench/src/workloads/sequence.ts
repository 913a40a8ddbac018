import {
  compile,
  gradient,
  mean,
  square,
  type ParamSpec,
  type StateSpec,
  type Value,
  type Values,
} from "@unroll/core";
import { init, initialState, unroll, type Cell, type LayerNormParams } from "@unroll/layers";
import { customLstm, normedPeepholeLstm } from "../cells.ts";
import { normal } from "../numbers.ts";
import type { SequenceSizes } from "../sizes.ts";
import type { Workload } from "../workload.ts";

/** A tree of parameters, whichever. */
interface Params {
  readonly [name: string]: ParamSpec | LayerNormParams | Params;
}

type States = Readonly<Record<string, StateSpec>>;

/**
 * A cell along a sequence: forward and backward of the mean of its outputs squared, gradients of every
 * parameter.
 */
function forwardBackward(
  cell: Cell<Params, States>,
  what: string,
  { inputs, hidden, length, batch }: SequenceSizes,
): Workload {
  const gates = 4 * hidden;
  // Forward and for weights; backward goes to the states alone, and of those the first is zeros and no
  // parameter.
  const products = 2 * length * inputs * gates + 3 * (length - 1) * hidden * gates;
  return {
    about: `${what}(${hidden}), batch ${batch}, sequence ${length}, forward and backward`,
    flops: 2 * batch * products,
    length,
    prepare(options) {
      const f = compile((params: Values<Params>, xs: Value) => {
        const [, hs] = unroll(cell, params, initialState(cell.state, { batch, dtype: "f32" }), xs);
        const loss = mean(square(hs));
        return { loss, gradients: gradient(loss, params) };
      }, options);
      const params = init(cell.params, 1);
      const xs = normal([length, batch, inputs], "xs");
      let loss = NaN;
      return {
        step() {
          loss = f(params, xs).loss.data[0]!;
        },
        result: () => loss,
        profile: (how) => f.profile([params, xs], how),
        dispose: () => f.dispose(),
      };
    },
  };
}

export const customCell = (sizes: SequenceSizes): Workload =>
  forwardBackward(customLstm(sizes.inputs, sizes.hidden), "custom LSTM", sizes);

export const normedCell = (sizes: SequenceSizes): Workload =>
  forwardBackward(normedPeepholeLstm(sizes.inputs, sizes.hidden), "layer-normalised peephole LSTM", sizes);
