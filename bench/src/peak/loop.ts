import { flopsPerCall, moduleBytes } from "./module.ts";

/** One thread that only multiplies and adds. */
export interface Loop {
  /** GFLOP/s over so many seconds, by a clock that counts milliseconds. */
  gflops(seconds: number, clock: () => number): number;
}

/**
 * The loop, compiled and warm. One instruction does both where the host has relaxed SIMD, elsewhere two do.
 */
export function multiplyAddLoop(): Loop {
  const relaxed = WebAssembly.validate(moduleBytes(true));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(relaxed)));
  const run = exports["run"] as () => number;
  const gflops: Loop["gflops"] = (seconds, clock) => {
    const end = performance.now() + 1000 * seconds;
    const start = clock();
    let calls = 0;
    do {
      for (let i = 0; i < 10; i++) run();
      calls += 10;
    } while (performance.now() < end);
    return (calls * flopsPerCall) / (1e6 * (clock() - start));
  };
  gflops(0.2, () => performance.now()); // until the host has optimised it
  return { gflops };
}
