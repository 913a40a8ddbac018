import type { PeakLoop } from "../profile/timed-pair.ts";
import { multiplyAdd } from "./body/float.ts";
import { compileModule } from "./compile-module.ts";
import type { Code } from "./encode/code.ts";
import type { FunctionBuilder } from "./encode/function.ts";
import { ModuleBuilder } from "./encode/module.ts";
import * as f32x4 from "./encode/opcodes/f32x4.ts";
import * as f64x2 from "./encode/opcodes/f64x2.ts";
import * as v128 from "./encode/opcodes/v128.ts";
import { hasRelaxed } from "./features.ts";
import type { Workplace } from "./instance.ts";

/** Enough to hide the latency of a multiplication and an addition, and few enough for 16 registers. */
const chains = 12;

/** Of the loop in one call: hosts replace a function by a faster one between two calls, not during one. */
const turns = 4096;

const kinds = {
  f32: { of: f32x4, lanes: 4, spread: (x: number) => new Float32Array(4).fill(x) },
  f64: { of: f64x2, lanes: 2, spread: (x: number) => new Float64Array(2).fill(x) },
} as const;

/**
 * A loop that only multiplies and adds: what the hardware gives to one thread that does nothing else, 128 bits at a
 * time. Where the host can do both in one instruction it does, whether the programs of the engine may or not.
 */
export function multiplyAdds(dtype: "f32" | "f64", { memory, constants, target }: Workplace): PeakLoop {
  const module = new ModuleBuilder({ ...memory.type, pages: 1 });
  const emission = { module, constants, target: { ...target, relaxed: hasRelaxed() } };
  const { of, lanes, spread } = kinds[dtype];
  const vector = (f: FunctionBuilder, x: number): Code =>
    f.let("v128", v128.const(new Uint8Array(spread(x).buffer)));
  const run = module.function([], [dtype], (f) => {
    const [half, one] = [vector(f, 0.5), vector(f, 1)];
    const sums = Array.from({ length: chains }, () => f.let("v128", one));
    // x / 2 + 1 stays below 2: no infinities.
    f.repeat(turns, () => sums.forEach((x) => f.set(x, multiplyAdd(emission, dtype, x, half, one))));
    // The result depends on every chain, so none may be left out.
    f.do(
      of.extract_lane(
        0,
        sums.reduce<Code>((total, x) => of.add(total, x), half),
      ),
    );
  });
  module.export("run", run);
  const compiled = compileModule(module.encode());
  const { exports } = new WebAssembly.Instance(compiled, { unroll: { memory: memory.memory } });
  return { run: exports.run as () => number, operations: 2 * turns * chains * lanes };
}
