import {
  add,
  conv2d,
  label,
  mul,
  sigmoid,
  split,
  tanh,
  type ParamSpec,
  type StateSpec,
  type Value,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { lstmBias, type LstmOptions } from "./lstm.ts";
import { checkSizes } from "../spec/size.ts";

/** wx [k, k, I, 4H], wh [q, q, H, 4H], b [4H]: channels of i, f, o, g side by side. */
export interface ConvLstmParams {
  readonly wx: ParamSpec;
  readonly wh: ParamSpec;
  readonly b: ParamSpec;
  /** [height, width, H] each, weights from the cell to the gates at the same place. */
  readonly peep: Readonly<Record<"i" | "f" | "o", ParamSpec>> | undefined;
}

/** h and c [B, height, width, H]. */
export interface ConvLstmState {
  readonly h: StateSpec;
  readonly c: StateSpec;
}

/** How a convolutional LSTM is made. */
export interface ConvLstmOptions extends LstmOptions {
  /** Height and width of the kernel of the input, k. Default: 3. */
  readonly kernel?: number;
  /** Of the kernel of the state, q: the wider, the faster are motions that it can follow. Default: as `kernel`. */
  readonly recurrentKernel?: number;
  /** Whether gates see the cell. Default: true. */
  readonly peepholes?: boolean;
}

/**
 * The convolutional LSTM: state is an image, and convolutions stand where products of matrices were.
 *
 *     i, f = sigmoid(x * wx + h * wh + b + peep c)
 *     g    = tanh(x * wx + h * wh + b)                 each with its own channels
 *     c'   = f c + i g
 *     o    = sigmoid(x * wx + h * wh + b + peep c')
 *     h'   = o tanh(c')
 *
 * `*` is a convolution with zeros around the image, so that its size stays; products with peep are elementwise, with
 * weights for every place. Frameworks that leave peepholes out are this with `{ peepholes: false }`. The names i, f, o,
 * g, c and h can be watched.
 *
 *     convLstm([64, 64], 1, 64, { kernel: 5 }); // images of 64 by 64 with one channel
 *
 * Shapes: x [B, height, width, I], h and c [B, height, width, H] -> h [B, height, width, H].
 * Throws: ShapeError for a size that is no whole number from 1 on; UnrollError when the biases are given twice.
 * Source: Shi, Chen, Wang, Yeung, Wong and Woo, Convolutional LSTM Network: A Machine Learning Approach for
 * Precipitation Nowcasting, 2015, eq. 3.
 */
export function convLstm(
  [height, width]: readonly [number, number],
  inputs: number,
  hidden: number,
  options: ConvLstmOptions = {},
): Cell<ConvLstmParams, ConvLstmState> {
  const { kernel = 3, recurrentKernel = kernel, peepholes = true } = options;
  checkSizes("convLstm", { height, width, inputs, hidden, kernel, recurrentKernel });
  const { init = uniform(1 / (recurrentKernel * Math.sqrt(hidden))), recurrentInit = init } = options;
  const peep = (): ParamSpec => param([height, width, hidden], zeros);
  return cell({
    params: {
      wx: param([kernel, kernel, inputs, 4 * hidden], init),
      wh: param([recurrentKernel, recurrentKernel, hidden, 4 * hidden], recurrentInit),
      b: param([4 * hidden], lstmBias("convLstm", options)),
      peep: peepholes ? { i: peep(), f: peep(), o: peep() } : undefined,
    },
    state: { h: state([height, width, hidden]), c: state([height, width, hidden]) },
    step({ wx, wh, b, peep }, { h, c }, x) {
      const same = { padding: "same" } as const;
      const [zi, zf, zo, zg] = split(add(conv2d(x, wx, same), conv2d(h, wh, same), b), 4);
      const seen = (gate: "i" | "f" | "o", z: Value, of: Value): Value =>
        peep ? add(z, mul(peep[gate], of)) : z;
      const { i, f } = label({ i: sigmoid(seen("i", zi, c)), f: sigmoid(seen("f", zf, c)) });
      const { g } = label({ g: tanh(zg) });
      const cNext = add(mul(f, c), mul(i, g));
      const { o } = label({ o: sigmoid(seen("o", zo, cNext)) });
      const hNext = mul(o, tanh(cNext));
      return [label({ h: hNext, c: cNext }), hNext];
    },
  });
}
