import {
  add,
  full,
  gradient,
  label,
  matmul,
  mul,
  scan,
  square,
  sub,
  sum,
  tanh,
  tensor,
  type Tensor,
  type Value,
} from "../src/index.ts";

/** A recurrent network with the gradient of its weights, and a step of descent. */
export const descend = ({ w }: { w: Value }, xs: Value) => {
  const step = (h: Value, x: Value) => {
    const { next } = label({ next: tanh(add(x, matmul(h, w))) });
    return [next, next] as const;
  };
  const [, hs] = scan(step, full(0, { dtype: "f32", shape: [2, 4] }), xs);
  const loss = sum(square(hs));
  return [{ w: sub(w, mul(0.1, gradient(loss, w))) }, { loss }] as const;
};

const numbers = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i + 1));

/** The state that it begins with, and what it is called with: three steps of two rows. */
export const start = (): { w: Tensor } => ({ w: tensor(numbers(16), { shape: [4, 4] }) });
export const sequence: Tensor = tensor(numbers(3 * 2 * 4), { shape: [3, 2, 4] });
