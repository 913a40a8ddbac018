/** A recurrent cell that is in no library. */
import { add, label, matmul, mul, sigmoid, split, sub, tanh, type Init } from "@unroll/core";
import { cell, glorot, orthogonal, param, state, zeros } from "@unroll/layers";

/**
 * A cell with two clocks. Every unit has a fast state, which the rest of the network sees, and a slow one, the leaky
 * average of the fast one, over a time that each unit learns for itself. A gate says how far the unit is open to what
 * comes in; as it closes, the unit falls back on its slow state. (A GRU falls back on the state of the step before.)
 *
 *     open  = sigmoid(x wx + fast wh + b)         how far the unit is open
 *     fresh = tanh(x wx + fast wh + b)            what comes in, with columns of its own
 *     slow' = slow + sigmoid(rate) (fast - slow)
 *     fast' = open fresh + (1 - open) slow'
 *
 * A cell is a record: what it needs, what it remembers, and one step. Nothing is registered anywhere, and whatever
 * takes a cell takes this one: unroll, stackCells, bidirectional, a checkpoint, a gradient check.
 *
 * Shapes: x [B, I], fast and slow [B, H] -> fast [B, H].
 */
export const twoClocks = (inputs: number, hidden: number) =>
  cell({
    params: {
      wx: param([inputs, 2 * hidden], glorot()),
      wh: param([hidden, 2 * hidden], orthogonal()),
      b: param([2 * hidden], zeros),
      rate: param([hidden], averagingTimes(2, 32)),
    },
    state: { fast: state(hidden), slow: state(hidden) },
    step({ wx, wh, b, rate }, { fast, slow }, x) {
      const [gate, input] = split(add(matmul(x, wx), matmul(fast, wh), b), 2);
      const { open, fresh } = label({ open: sigmoid(gate), fresh: tanh(input) });
      const slowNext = add(slow, mul(sigmoid(rate), sub(fast, slow)));
      const fastNext = add(mul(open, fresh), mul(sub(1, open), slowNext));
      return [label({ fast: fastNext, slow: slowNext }), fastNext];
    },
  });

/** Rates with which the first unit averages over `shortest` steps, the last over `longest`, the others in between. */
const averagingTimes =
  (shortest: number, longest: number): Init =>
  ([hidden = 1]) =>
    Float64Array.from({ length: hidden }, (_, i) => {
      const steps = shortest * (longest / shortest) ** (hidden > 1 ? i / (hidden - 1) : 0);
      return -Math.log(steps - 1); // sigmoid(rate) = 1 / steps
    });
