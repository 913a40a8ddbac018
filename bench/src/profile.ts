/** Where the time of a workload goes: `node --conditions=development bench/src/profile.ts W1 --json`. */
import { captureSource } from "@unroll/core";
import { catalogue } from "./catalogue.ts";
import { parseCommandLine, usage, UsageError, type Asked } from "./command-line.ts";
import { engines } from "./engines.ts";

function main(asked: Asked | "help"): void {
  if (asked === "help") return console.log(usage);
  const { workloads, engine, threads, clock, json, quick } = asked;
  // Hosts count it in steps of milliseconds, and calls take microseconds.
  if (clock === "cpu") throw new UsageError("processor time is too coarse for single calls");
  captureSource(true);
  for (const name of workloads) {
    for (const [which, { about, prepare }] of catalogue[name].cases) {
      const prepared = prepare({ engine: engines[engine](threads) });
      const profile = prepared.profile({ repetitions: quick ? 4 : 40 });
      prepared.dispose();
      if (json) console.log(JSON.stringify({ workload: name, case: which, profile }));
      else console.log(`${name} ${about}\n${profile}\n`);
    }
  }
}

try {
  main(parseCommandLine(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`profile: ${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
