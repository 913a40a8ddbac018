import {
  add,
  label,
  matmul,
  mul,
  sigmoid,
  split,
  sub,
  tanh,
  UnrollError,
  type Init,
  type ParamSpec,
  type StateSpec,
  type Value,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { gateBias, onGate } from "./gate-bias.ts";
import type { LstmOptions } from "./lstm.ts";
import { checkSizes } from "../spec/size.ts";

/** V is the LSTM with peepholes, the others differ from it in one thing, under the paper's abbreviations. */
export type LstmVariant = "V" | "NIG" | "NFG" | "NOG" | "NIAF" | "NOAF" | "NP" | "CIFG" | "FGR";

/** wx [I, kH], wh [H, kH], b [kH]: those gates of i, f, o that there are and the candidate g side by side. */
export interface LstmVariantParams {
  readonly wx: ParamSpec;
  readonly wh: ParamSpec;
  readonly b: ParamSpec;
  /** [H] each, diagonal weights from the cell to the gates that there are; none for NP. */
  readonly peep: Readonly<Record<Gate, ParamSpec | undefined>> | undefined;
  /** [3H, 3H], from the gates i, f, o of the step before to those of this one; for FGR alone. */
  readonly wg: ParamSpec | undefined;
}

/** h and c [B, H]. */
export interface LstmVariantState {
  readonly h: StateSpec;
  readonly c: StateSpec;
  /** i, f and o, [B, H] each, of the step before; for FGR alone. */
  readonly gates: Readonly<Record<Gate, StateSpec>> | undefined;
}

/** How a variant of the LSTM is made. */
export interface LstmVariantOptions extends LstmOptions {
  /** Default: V. */
  readonly variant?: LstmVariant;
  /** Of the weights of peepholes. Default: zeros. */
  readonly peepInit?: Init;
}

type Gate = "i" | "f" | "o";

const gatesOf: Readonly<Record<LstmVariant, readonly Gate[]>> = {
  V: ["i", "f", "o"],
  NIG: ["f", "o"],
  NFG: ["i", "o"],
  NOG: ["i", "f"],
  NIAF: ["i", "f", "o"],
  NOAF: ["i", "f", "o"],
  NP: ["i", "f", "o"],
  CIFG: ["i", "o"],
  FGR: ["i", "f", "o"],
};

/**
 * The LSTM with peepholes, and its eight variants of one change each.
 *
 *     i  = sigmoid(x wx + h wh + b + peep.i c)      NIG: no input gate, i = 1
 *     f  = sigmoid(x wx + h wh + b + peep.f c)      NFG: no forget gate, f = 1. CIFG: coupled, f = 1 - i
 *     g  = tanh(x wx + h wh + b)                    NIAF: no input activation, without tanh
 *     c' = f c + i g
 *     o  = sigmoid(x wx + h wh + b + peep.o c')     NOG: no output gate, o = 1
 *     h' = o tanh(c')                               NOAF: no output activation, h' = o c'
 *
 * NP has no peepholes: it is `lstm`. FGR, full gate recurrence as in the first paper on LSTM, adds [i, f, o] wg to the
 * pre-activations of its gates, with the gates of the step before. Every gate has its own columns; what a variant
 * does not use is no parameter of it. Forget gates start from a bias of `forgetBias`, for CIFG the input gate from
 * -forgetBias, which is the same there; NFG takes none. The names i, f, o, g, c and h can be watched.
 *
 * Shapes: x [B, I], h and c [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on; UnrollError for another variant, and for biases that
 * are given twice or to a gate that is not there.
 * Source: Greff, Srivastava, Koutnik, Steunebrink and Schmidhuber, LSTM: A Search Space Odyssey, 2015, the forward pass
 * in section II and the variants in section IV; for peepholes Gers and Schmidhuber, Recurrent Nets that Time and
 * Count, 2000.
 */
export function lstmVariant(
  inputs: number,
  hidden: number,
  options: LstmVariantOptions = {},
): Cell<LstmVariantParams, LstmVariantState> {
  const { variant = "V", init = uniform(1 / Math.sqrt(hidden)) } = options;
  checkSizes("lstmVariant", { inputs, hidden });
  checkVariant(variant);
  const gates = gatesOf[variant];
  return cell({
    params: variantParams(inputs, hidden, { ...options, variant, init }),
    state: {
      h: state(hidden),
      c: state(hidden),
      gates: variant === "FGR" ? { i: state(hidden), f: state(hidden), o: state(hidden) } : undefined,
    },
    step({ wx, wh, b, peep, wg }, { h, c, gates: before }, x) {
      const columns = split(add(matmul(x, wx), matmul(h, wh), b), gates.length + 1);
      const heard = wg && before ? gatesHear(before, wg) : undefined;
      const gate = (name: Gate, seen: Value): Value | undefined => {
        const at = gates.indexOf(name);
        if (at < 0) return undefined;
        const peeped = peep?.[name] && mul(peep[name], seen);
        return sigmoid(sumOf([columns[at], peeped, heard?.[name]]));
      };
      const i = gate("i", c);
      const f = variant === "CIFG" ? sub(1, i!) : gate("f", c);
      const g = variant === "NIAF" ? columns.at(-1)! : tanh(columns.at(-1)!);
      const cNext = add(f ? mul(f, c) : c, i ? mul(i, g) : g);
      const o = gate("o", cNext);
      const out = variant === "NOAF" ? cNext : tanh(cNext);
      const hNext = o ? mul(o, out) : out;
      label({ i, f, o, g });
      const next = before && { i: i!, f: f!, o: o! };
      return [{ ...label({ h: hNext, c: cNext }), gates: next }, hNext];
    },
  });
}

/**
 * The LSTM with peepholes: `lstmVariant` as it is by default.
 *
 *     i, f = sigmoid(x wx + h wh + b + peep c)
 *     g    = tanh(x wx + h wh + b)
 *     c'   = f c + i g
 *     o    = sigmoid(x wx + h wh + b + peep c')     each with its own columns and peepholes
 *     h'   = o tanh(c')
 *
 * Shapes: x [B, I], h and c [B, H] -> h [B, H].
 * Throws: what `lstmVariant` throws.
 * Source: Gers and Schmidhuber, Recurrent Nets that Time and Count, 2000; Graves, Generating Sequences With Recurrent
 * Neural Networks, 2013, eqs. 7-11.
 */
export const peepholeLstm = (
  inputs: number,
  hidden: number,
  options: Omit<LstmVariantOptions, "variant"> = {},
): Cell<LstmVariantParams, LstmVariantState> => lstmVariant(inputs, hidden, options);

function checkVariant(variant: string): void {
  if (Object.hasOwn(gatesOf, variant)) return;
  throw new UnrollError(
    `lstmVariant: there is no variant ${variant}.`,
    `Choose one of ${Object.keys(gatesOf).join(", ")}.`,
  );
}

type Chosen = LstmVariantOptions & { readonly variant: LstmVariant; readonly init: Init };

function variantParams(inputs: number, hidden: number, options: Chosen): LstmVariantParams {
  const { variant, init, recurrentInit = init, peepInit = zeros } = options;
  const gates = gatesOf[variant];
  const columns = (gates.length + 1) * hidden;
  const peep = (gate: Gate): ParamSpec | undefined =>
    gates.includes(gate) ? param([hidden], peepInit) : undefined;
  return {
    wx: param([inputs, columns], init),
    wh: param([hidden, columns], recurrentInit),
    b: param([columns], variantBias(options)),
    peep: variant === "NP" ? undefined : { i: peep("i"), f: peep("f"), o: peep("o") },
    wg: variant === "FGR" ? param([3 * hidden, 3 * hidden], recurrentInit) : undefined,
  };
}

/** How the biases of the gates that there are start, and of g. */
function variantBias({
  variant,
  forgetBias,
  biasInit = variant === "NFG" ? zeros : undefined,
}: Chosen): Init {
  const gates = gatesOf[variant];
  const count = gates.length + 1;
  if (variant === "NFG" && forgetBias !== undefined) {
    throw new UnrollError(
      "lstmVariant: NFG has no forget gate, and forgetBias is of forget gates.",
      "Leave it out.",
    );
  }
  const coupled = variant === "CIFG" && biasInit === undefined;
  return coupled
    ? onGate(gates.indexOf("i"), count, -(forgetBias ?? 1))
    : gateBias("lstmVariant", { forgetBias }, biasInit, { gate: gates.indexOf("f"), count, start: 1 });
}

/** What each gate hears of the gates of the step before. */
function gatesHear({ i, f, o }: Readonly<Record<Gate, Value>>, wg: Value): Readonly<Record<Gate, Value>> {
  const [fromI, fromF, fromO] = split(wg, 3, { axis: 0 });
  const [hi, hf, ho] = split(add(matmul(i, fromI), matmul(f, fromF), matmul(o, fromO)), 3);
  return { i: hi, f: hf, o: ho };
}

const sumOf = (terms: readonly (Value | undefined)[]): Value =>
  terms.filter((x) => x !== undefined).reduce((sum, x) => add(sum, x));
