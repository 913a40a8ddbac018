import type { PeakLoop } from "@unroll/core/engine";
import { lanesOf } from "./print/target.ts";
import { prelude } from "./print/prelude.ts";
import { vectorName, vectorPrelude } from "./print/vectors.ts";
import { findCompiler } from "./toolchain/compiler.ts";
import { Libraries } from "./toolchain/library.ts";
import type { Workplace } from "./workplace.ts";

/** Enough to hide the latency of a multiplication and an addition, and few enough for 16 registers. */
const chains = 12;

const turns = 4096;

/**
 * A loop that only multiplies and adds, a vector of this processor at a time, compiled as programs are: what the
 * hardware gives to one thread that does nothing else.
 */
export function multiplyAdds(dtype: "f32" | "f64" = "f32"): PeakLoop {
  const compiler = findCompiler(undefined);
  const libraries = new Libraries(compiler, undefined);
  return peakLoop(dtype, { libraries, target: { ...compiler.machine, fused: compiler.canFuse } });
}

export const peakLoop = (
  dtype: "f32" | "f64",
  { libraries, target }: Pick<Workplace, "libraries" | "target">,
): PeakLoop => ({
  run: libraries.load(peakSource(dtype, target)).func("peak", "double", []),
  operations: 2 * turns * chains * lanesOf(target, dtype),
});

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
