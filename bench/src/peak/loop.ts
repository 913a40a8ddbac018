import { multiplyAdds } from "@unroll/native";
import { flopsPerCall, moduleBytes } from "./module.ts";

/** One thread that only multiplies and adds. */
export interface Loop {
  /** GFLOP/s over so many seconds, by a clock that counts milliseconds. */
  gflops(seconds: number, clock: () => number): number;
}

/** What an engine computes with: its vectors are the yardstick. */
export type Yardstick = "wasm" | "native";

/**
 * The loop, compiled and warm, in WebAssembly or in C. One instruction does both where there is one, elsewhere two do.
 */
export function multiplyAddLoop(yardstick: Yardstick): Loop {
  const { run, operations } = yardstick === "native" ? multiplyAdds() : inWebAssembly();
  const gflops: Loop["gflops"] = (seconds, clock) => {
    const end = performance.now() + 1000 * seconds;
    const start = clock();
    let calls = 0;
    do {
      for (let i = 0; i < 10; i++) run();
      calls += 10;
    } while (performance.now() < end);
    return (calls * operations) / (1e6 * (clock() - start));
  };
  gflops(0.2, () => performance.now()); // until the host has optimised it
  return { gflops };
}

function inWebAssembly(): ReturnType<typeof multiplyAdds> {
  const relaxed = WebAssembly.validate(moduleBytes(true));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(relaxed)));
  return { run: exports["run"] as () => number, operations: flopsPerCall };
}
