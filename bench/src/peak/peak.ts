import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { clocks, type Clock } from "../clock.ts";
import { multiplyAddLoop } from "./loop.ts";

/** What so many threads reach at once when they only multiply and add. */
export class Peak {
  readonly #loop = multiplyAddLoop();
  readonly #workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  static async start(threads: number): Promise<Peak> {
    const source = new URL("./worker.ts", import.meta.url);
    const workers = Array.from({ length: threads - 1 }, () => new Worker(source));
    await Promise.all(workers.map((worker) => once(worker, "message")));
    return new Peak(workers);
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
