/**
 * Where the time of a workload goes: `node --conditions=development bench/src/profile.ts W1`. It takes the options of
 * the benchmarks; `--clock cpu` counts the processor time of the thread.
 */
import { captureSource, type ProfileOptions } from "@unroll/core";
import { catalogue } from "./catalogue.ts";
import { parseCommandLine, usage, UsageError, type Asked } from "./command-line.ts";
import { engines } from "./engines.ts";

/** In milliseconds. That of the process would count threads of the host that compile. */
const clocks: Readonly<Record<Asked["clock"], NonNullable<ProfileOptions["clock"]>>> = {
  wall: () => performance.now(),
  cpu() {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  },
};

function main(asked: Asked | "help"): void {
  if (asked === "help") return console.log(usage);
  const { workloads, engine, threads, clock, json, quick } = asked;
  captureSource(true);
  for (const name of workloads) {
    for (const [which, { about, prepare }] of catalogue[name].cases) {
      const prepared = prepare({ engine: engines[engine](threads) });
      const profile = prepared.profile({ clock: clocks[clock], repetitions: quick ? 3 : 10 });
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
