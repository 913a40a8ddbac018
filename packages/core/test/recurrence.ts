import {
  add,
  gradient,
  matmul,
  mul,
  scan,
  sigmoid,
  split,
  sum,
  tanh,
  type ScanOptions,
  type Value,
} from "../src/index.ts";
import { random } from "./programs.ts";

/** The sizes of the LSTM below. */
export const [B, H] = [2, 3];

type State = { readonly h: Value; readonly c: Value };

/** An LSTM with all that comes of it and of its gradient. */
export const lstm = (options: ScanOptions) => (w: Value, b: Value, start: State, xs: Value) => {
  const step = ({ h, c }: State, x: Value) => {
    const [i, f, o, g] = split(add(matmul(h, w), x, b), 4);
    const cNext = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    const hNext = mul(sigmoid(o), tanh(cNext));
    return [
      { h: hNext, c: cNext },
      { h: hNext, twice: mul(2, x) },
    ] as const;
  };
  const [last, ys] = scan(step, start, xs, options);
  const loss = add(sum(mul(ys.h, ys.h)), sum(last.c), sum(mul(ys.twice, ys.twice)));
  return { last, ys, g: gradient(loss, { w, b, start, xs }) };
};

/** What it is called with. */
export const argsOf = (T: number): readonly unknown[] => [
  random(H, 4 * H),
  random(4 * H),
  { h: random(B, H), c: random(B, H) },
  random(T, B, 4 * H),
];
