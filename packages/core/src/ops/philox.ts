import { KeyError } from "../tensor/error.ts";
import { increments, multipliers, purposes, rounds } from "../tensor/philox.ts";
import type { Expr, Scalar } from "../ir/scalar.ts";
import { axisSize, broadcastView, selectView, type View } from "../ir/view.ts";
import { applyOp, describeValue, type Op, type Value } from "../graph/node.ts";
import { expectValues } from "./expect.ts";

/** Four 32-bit words at one point: a counter, or what is drawn at it. */
export type Words = readonly [Expr, Expr, Expr, Expr];

/** Philox4x32-10 as scalar instructions: that of `tensor/philox.ts` to the bit. */
export function philox(s: Scalar, counter: Words, key: readonly [Expr, Expr]): Words {
  const word = (n: number): Expr => s.constant("i32", n | 0);
  const [m0, m1] = [word(multipliers[0]), word(multipliers[1])];
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round++) {
    const high0 = s.multiplyHighUnsigned(m0, c0);
    const high1 = s.multiplyHighUnsigned(m1, c2);
    const [low0, low1] = [s.multiply(m0, c0), s.multiply(m1, c2)];
    [c0, c1, c2, c3] = [s.xor(s.xor(high1, c1), k0), low1, s.xor(s.xor(high0, c3), k1), low0];
    [k0, k1] = [s.add(k0, word(increments[0])), s.add(k1, word(increments[1]))];
  }
  return [c0, c1, c2, c3];
}

/** The words that a key gives for `purpose` at `index`, when `reads` are those of the key. */
export function draw(s: Scalar, purpose: keyof typeof purposes, index: Expr, reads: readonly Expr[]): Words {
  const zero = s.constant("i32", 0);
  const [k0, k1] = reads as readonly [Expr, Expr];
  return philox(s, [index, zero, zero, s.constant("i32", purposes[purpose])], [k0, k1]);
}

/** The parts of a view at every coordinate of an axis. Words stand along axes that no reshape has cut. */
export const parts = (view: View, axis: number): readonly View[] =>
  Array.from({ length: axisSize(view.axes[axis]!) }, (_, at) => selectView(view, axis, at));

/**
 * Draws at least `count` random words, for one use of the key, in the name of the op that is asked for: by that name a
 * key that is used twice is reported.
 *
 * Shapes: key i32[2] -> i32[4, count / 4], rounded up. Word w of counter e stands at [w, e], so that all four stores of
 * a kernel run along memory.
 */
export function bitsOf(name: string): (key: Value, count: number) => Value {
  const op: Op<{ readonly count: number }> = {
    name,
    infer: (_, { count }) => [{ dtype: "i32", shape: [4, Math.ceil(count / 4)] }],
    lower: {
      kernels({ inputs: [key], outputs: [bits] }, to) {
        const counters = bits!.shape.slice(1);
        to.map({
          reads: parts(to.read(key!), 0).map((word) => broadcastView(word, counters)),
          writes: parts(to.target(bits!), 0),
          body: (s, reads) => draw(s, "draw", s.index(0), reads),
        });
      },
    },
    key: 0,
    show: ({ count }) => `count=${count}`,
  };
  return (key, count) => applyOp(op, [key], { count })[0]!;
}

/** Refuse what is no random key. Throws: KeyError. */
export function expectKey(op: string, key: Value): void {
  expectValues(op, key);
  if (key.type.dtype === "i32" && key.shape.length === 1 && key.shape[0] === 2) return;
  const perStep = key.type.dtype === "i32" && key.shape.length === 2 && key.shape[1] === 2;
  throw new KeyError(
    `${op}: ${describeValue(key)} is no random key; a key is i32[2].`,
    perStep
      ? "These are keys, one per row: pass them to scan as a sequence."
      : "Make a key with randomKey(seed), and pass it as an argument of the compiled function.",
  );
}
