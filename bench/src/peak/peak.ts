import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { clocks, type Clock } from "../clock.ts";
import { multiplyAddLoop, type Loop, type Yardstick } from "./loop.ts";

/** What so many threads reach at once when they only multiply and add. */
export class Peak {
  readonly #loop: Loop;
  readonly #workers: readonly Worker[];

  private constructor(loop: Loop, workers: readonly Worker[]) {
    this.#loop = loop;
    this.#workers = workers;
  }

  static async start(threads: number, yardstick: Yardstick = "wasm"): Promise<Peak> {
    const source = new URL("./worker.ts", import.meta.url);
    const workers = Array.from({ length: threads - 1 }, () => new Worker(source, { workerData: yardstick }));
    await Promise.all(workers.map((worker) => once(worker, "message")));
    return new Peak(multiplyAddLoop(yardstick), workers);
  }

  /** GFLOP/s over so many seconds. The process that is measured has to stand still meanwhile. */
  async gflops(seconds: number, clock: Clock): Promise<number> {
    const others = this.#workers.map(async (worker) => {
      const [rate] = (await once(worker, "message")) as [number];
      return rate;
    });
    this.#workers.forEach((worker) => worker.postMessage(seconds));
    const own = this.#loop.gflops(seconds, clocks[clock]);
    return (await Promise.all(others)).reduce((sum, rate) => sum + rate, own);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
