import { lanesOf } from "./print/target.ts";
import { prelude } from "./print/prelude.ts";
import { vectorName, vectorPrelude } from "./print/vectors.ts";
import { findCompiler } from "./toolchain/compiler.ts";
import { Libraries } from "./toolchain/library.ts";
import type { Workplace } from "./workplace.ts";

/** Enough to hide the latency of a multiplication and an addition, and few enough for 16 registers. */
const chains = 12;

const turns = 4096;

/** In milliseconds. */
const stretch = 0.5;

/** A loop that only multiplies and adds, and how many operations a call of it makes, a product and its sum being two. */
export interface MultiplyAdds {
  readonly run: () => number;
  readonly operations: number;
}

/** The loop for the vectors of this processor, compiled as programs are. */
export function multiplyAdds(dtype: "f32" | "f64" = "f32"): MultiplyAdds {
  const compiler = findCompiler(undefined);
  const libraries = new Libraries(compiler, undefined);
  return loopOf(dtype, { libraries, target: { ...compiler.machine, fused: compiler.canFuse } });
}

const loopOf = (
  dtype: "f32" | "f64",
  { libraries, target }: Pick<Workplace, "libraries" | "target">,
): MultiplyAdds => ({
  run: libraries.load(peakSource(dtype, target)).func("peak", "double", []),
  operations: 2 * turns * chains * lanesOf(target, dtype),
});

/** What the hardware gives to one thread that does nothing but multiply and add, a vector at a time. */
export class Peak {
  readonly #loop: MultiplyAdds;

  constructor(dtype: "f32" | "f64", workplace: Pick<Workplace, "libraries" | "target">) {
    this.#loop = loopOf(dtype, workplace);
  }

  /**
   * Billions of operations per second, a product and its sum being two: the best that is seen in so many milliseconds,
   * by stretches that are short enough to fall between two interruptions.
   */
  measure(milliseconds: number): number {
    const end = performance.now() + milliseconds;
    let best = 0;
    for (let now = performance.now(); now < end;) {
      const start = now;
      let calls = 0;
      do {
        this.#loop.run();
        calls++;
        now = performance.now();
      } while (now - start < stretch);
      best = Math.max(best, (calls * this.#loop.operations) / (1e6 * (now - start)));
    }
    return best;
  }
}

function peakSource(dtype: "f32" | "f64", target: Workplace["target"]): string {
  const v = vectorName(dtype, lanesOf(target, dtype));
  const all = Array.from({ length: chains }, (_, i) => `x${i}`);
  return `${prelude(target)}
${vectorPrelude(target, [dtype])}
f64 peak(void) {
  ${v} half = ${v}_all(0.5), one = ${v}_all(1);
  ${all.map((x) => `${v} ${x} = one;`).join(" ")}
  // The compiler must not know that x / 2 + 1 comes to a stop at 2, nor that all chains are equal.
  ${["half", "one", ...all].map((x) => `__asm__("" : "+m"(${x}));`).join(" ")}
  for (i32 turn = 0; turn < ${turns}; turn++) {
    ${all.map((x) => `${x} = ${v}_fma(${x}, half, one);`).join("\n    ")}
  }
  const ${v} sum = ${all.join(" + ")};
  return sum[0];
}
`;
}
