import { matmul, stateful, tensor, type Value } from "@unroll/core";
import { normal } from "../numbers.ts";
import type { Workload } from "../workload.ts";

/** [m, k] times [k, n], of matrices that stay in the engine. */
export const product = (m: number, k: number, n: number): Workload => ({
  about: `float32 matrix product ${m}x${k}x${n}`,
  flops: 2 * m * k * n,
  prepare(options) {
    const step = ({ a, b }: { readonly a: Value; readonly b: Value; readonly c: Value }, _: undefined) =>
      [{ a, b, c: matmul(a, b) }, {}] as const;
    const c = tensor(new Float32Array(m * n), { shape: [m, n] });
    const multiply = stateful(step, { a: normal([m, k], "a"), b: normal([k, n], "b"), c }, options);
    return {
      step: () => void multiply.step(undefined),
      result: () => multiply.state.c.data[0]!,
      profile: (how) => multiply.profile(undefined, how),
      dispose: () => multiply.dispose(),
    };
  },
});
