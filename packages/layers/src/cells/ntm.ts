import {
  add,
  concat,
  detach,
  div,
  einsum,
  full,
  label,
  matmul,
  max,
  mul,
  oneHot,
  pow,
  rsqrt,
  ShapeError,
  sigmoid,
  slice,
  softmax,
  softplus,
  split,
  square,
  sub,
  sum,
  unsqueeze,
  type ParamSpec,
  type StateInit,
  type StateSpec,
  type Value,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { lstm, type LstmOptions, type LstmParams, type LstmState } from "./lstm.ts";
import { checkSizes } from "../spec/size.ts";

/** w [H, n] and b [n] of what the controller tells a head. */
export interface HeadParams {
  readonly w: ParamSpec;
  readonly b: ParamSpec;
}

/** Those of `lstm` on I + M inputs, and of both heads: n is M + 2S + 4 for reading, 3M + 2S + 4 for writing. */
export interface NtmParams {
  readonly controller: LstmParams;
  readonly read: HeadParams;
  readonly write: HeadParams;
}

/** The controller's; the memory [B, N, M]; what was read [B, M]; where the heads are [B, N]. */
export interface NtmState {
  readonly controller: LstmState;
  readonly memory: StateSpec;
  readonly r: StateSpec;
  readonly read: StateSpec;
  readonly write: StateSpec;
}

/** How a neural Turing machine is made; biases are those of its controller. */
export interface NtmOptions extends LstmOptions {
  /** Locations of the memory, N. */
  readonly slots: number;
  /** Numbers at each location, M. */
  readonly width: number;
  /** How many locations a head can move to either side, S. Default: 1. */
  readonly shifts?: number;
}

/**
 * The neural Turing machine with an LSTM as controller, one head that reads and one that writes: a memory beside the
 * state, addressed by content and by location.
 *
 *     h    = lstm([x, r])                            with the last thing read
 *     k, beta, g, s, gamma = h w + b                 of each head, each with its own columns
 *     wc   = softmax(softplus(beta) cos(k, M_n))     content, over the locations n
 *     wg   = sigmoid(g) wc + (1 - sigmoid(g)) w      or where the head was
 *     ws_n = sum over d of softmax(s)_d wg_n-d       moved by d = -S ... S, around the end
 *     w'   = ws^(1 + softplus(gamma)) / its sum      sharpened
 *     r'   = sum over n of w'_n M_n                  the head that reads
 *     M'_n = M_n (1 - w'_n sigmoid(e)) + w'_n a      the head that writes, which is told e and a [M] too
 *
 * Both heads find the memory as it was before the step. The output is h and r' side by side, of which the paper's y is
 * a map of one's own. Heads start at location 0, the memory from 1e-6 everywhere. The names i, f, o, g, c and h of the
 * controller, and read, write, r and memory can be watched. `redraw` puts the heads back to 0.
 *
 *     ntm(8, 100, { slots: 128, width: 20 });
 *
 * Shapes: x [B, I], memory [B, N, M], r [B, M], read and write [B, N] -> [B, H + M].
 * Throws: ShapeError for a size that is no whole number from 1 on, or more shifts than locations; UnrollError when the
 * biases are given twice.
 * Source: Graves, Wayne and Danihelka, Neural Turing Machines, 2014, eqs. 1-9; for the start of the memory Collier and
 * Beel, Implementing Neural Turing Machines, 2018.
 */
export function ntm(inputs: number, hidden: number, options: NtmOptions): Cell<NtmParams, NtmState> {
  const { slots, width, shifts = 1, init = uniform(1 / Math.sqrt(hidden)) } = options;
  checkSizes("ntm", { inputs, hidden, slots, width, shifts });
  if (2 * shifts + 1 > slots) {
    throw new ShapeError(
      `ntm: shifts of ${shifts} to either side do not fit ${slots} slots.`,
      "Heads that move by S locations need 2 S + 1 of them.",
    );
  }
  const controller = lstm(inputs + width, hidden, options);
  const address = [width, 1, 1, 2 * shifts + 1, 1];
  const head = (columns: number): HeadParams => ({
    w: param([hidden, columns], init),
    b: param([columns], zeros),
  });
  const told = width + 2 * shifts + 4;
  return cell({
    params: { controller: controller.params, read: head(told), write: head(told + 2 * width) },
    state: {
      controller: controller.state,
      memory: state([slots, width], { init: 1e-6 }),
      r: state(width),
      read: state(slots, { init: atFirst }),
      write: state(slots, { init: atFirst }),
    },
    step(p, { controller: before, memory, r, read, write }, x) {
      const [after, h] = controller.step(p.controller, before, concat([x, r]));
      const toRead = split(add(matmul(h, p.read.w), p.read.b), address);
      const toWrite = split(add(matmul(h, p.write.w), p.write.b), [...address, width, width]);
      const next = label({
        read: addressed(memory, read, toRead),
        write: addressed(memory, write, toWrite),
      });
      const found = einsum("bn,bnm->bm", next.read, memory);
      const erase = einsum("bn,bm->bnm", next.write, sigmoid(toWrite[5]!));
      const added = einsum("bn,bm->bnm", next.write, toWrite[6]!);
      const contents = label({ r: found, memory: add(mul(memory, sub(1, erase)), added) });
      return [{ controller: after, ...contents, ...next }, concat([h, found])];
    },
  });
}

/** All weight at location 0: were it even, all locations would stay alike for ever. */
const atFirst: StateInit = ({ dtype, shape }) =>
  oneHot(full(0, { dtype: "i32", shape: shape.slice(0, -1) }), shape.at(-1)!, dtype);

/** Where a head is after a step, [B, N]: content first, then location. */
function addressed(memory: Value, before: Value, told: readonly Value[]): Value {
  const [key, strength, gate, shift, sharpness] = told as readonly [Value, Value, Value, Value, Value];
  const content = softmax(mul(softplus(strength), cosines(key, memory)));
  const g = sigmoid(gate);
  const gated = add(mul(g, content), mul(sub(1, g), before));
  const shares = split(softmax(shift), shift.shape[1]!);
  const shifted = shares
    .map((share, d) => mul(share, rolled(gated, d - (shares.length - 1) / 2)))
    .reduce((total, one) => add(total, one));
  // The share of the largest weight is the same, and its power is 1 however sharp: the sum below is never 0.
  const relative = div(shifted, detach(max(shifted, { axis: -1, keepDims: true })));
  const sharp = pow(relative, add(1, softplus(sharpness)));
  return div(sharp, sum(sharp, { axis: -1, keepDims: true }));
}

/** The cosine between a key [B, M] and each location [B, N, M]; 0 where one of them is. */
function cosines(key: Value, memory: Value): Value {
  const scale = (x: Value): Value => rsqrt(add(sum(square(x), { axis: -1 }), 1e-12));
  return mul(einsum("bm,bnm->bn", key, memory), unsqueeze(scale(key), 1), scale(memory));
}

/** The weights moved by `by` locations, around the end. */
const rolled = (weights: Value, by: number): Value =>
  by === 0
    ? weights
    : concat([slice(weights, -by, undefined, { axis: 1 }), slice(weights, 0, -by, { axis: 1 })]);
