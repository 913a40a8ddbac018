/** One of the other threads: runs the loop for as long as it is told, and says how fast it was. */
import { parentPort, workerData } from "node:worker_threads";
import { clocks } from "../clock.ts";
import { multiplyAddLoop, type Yardstick } from "./loop.ts";

const loop = multiplyAddLoop(workerData as Yardstick);
parentPort!.on("message", (seconds: number) => parentPort!.postMessage(loop.gflops(seconds, clocks.wall)));
parentPort!.postMessage("ready");
