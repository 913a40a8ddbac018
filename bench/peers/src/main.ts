/** Measures unroll beside other libraries and writes docs/benchmarks.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bundle } from "../../src/bundle.ts";
import { names, type Name } from "../../src/catalogue.ts";
import { clocks, type Clock } from "../../src/clock.ts";
import { threaded } from "../../src/engines.ts";
import { paces, type Pace, type Result } from "../../src/figures.ts";
import { measure } from "../../src/measure.ts";
import type { Command } from "../../src/measured-process.ts";
import { Peak } from "../../src/peak/peak.ts";
import { compared, fromNpm, leftOut, pytorch, type Contestant } from "./contestants.ts";
import { ours, page } from "./page.ts";
import { raceCold, raceWarm, type Race } from "./race.ts";

const usage = `usage: npm run bench:peers -- [--quick] [--clock wall|cpu] [--out FILE]

  --quick   repetitions of a tenth of a second: to try it out, not to quote
  --clock   cpu: processor time, for machines that are busy with other things too; one thread only
  --out     the page (docs/benchmarks.md)`;

const folder = new URL("../dist/", import.meta.url);
const dependencies = pinned(new URL("../package.json", import.meta.url));

function options() {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      clock: { type: "string", default: "wall" },
      out: { type: "string", default: "docs/benchmarks.md" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return values;
}

async function main({ quick, clock, out, help }: ReturnType<typeof options>): Promise<void> {
  if (help || !(clock in clocks)) return console.log(usage);
  const pace: Pace = { ...paces[quick ? "quick" : "full"], clock: clock as Clock };
  const own = await bundle(new URL("../../src/subject.ts", import.meta.url), folder);
  const peers = await bundle(new URL("peer.ts", import.meta.url), folder, Object.keys(dependencies));
  try {
    const torch = pytorch();
    const missing = [...leftOut, ...(typeof torch === "string" ? [torch] : [])];
    const contestants = [
      unroll(own.file),
      ...fromNpm(peers.file),
      ...(typeof torch === "string" ? [] : torch),
    ];
    // Processor time says nothing of several threads.
    const threadCounts = threaded.has("wasm") && clock === "wall" ? [1, 2] : [1];
    const alone = new Map<number, readonly Result[]>();
    const races = new Map<number, ReadonlyMap<string, Race>>();
    for (const threads of threadCounts) {
      alone.set(threads, await measureOurs(own.file, threads, pace));
      races.set(threads, await raceAll(contestants, threads, pace));
    }
    const all = [...races.values()].flatMap((byWorkload) => [...byWorkload.values()]);
    const versions = Object.assign(
      { ...dependencies },
      ...all.flatMap(({ times }) => times.map((time) => time.versions)),
    ) as Record<string, string>;
    missing.push(...new Set(all.flatMap(({ failures }) => failures)));
    writeFileSync(out, page({ pace, own: alone, races, versions, missing }, new Date()));
    console.log(`${out} is written`);
  } finally {
    own.remove();
    peers.remove();
  }
}

const argumentsOf = (name: Name, which: string, threads: number): readonly string[] => [
  name,
  which,
  "wasm",
  String(threads),
];

const unroll = (program: string): Contestant => ({
  name: ours,
  workloads: compared,
  enters: (threads) => threads === 1 || threaded.has("wasm"),
  command: (workload, threads): Command => {
    const [name, which = ""] = workload.split(" ") as [Name, string?];
    return { program: process.execPath, args: [program, ...argumentsOf(name, which, threads)] };
  },
});

async function measureOurs(program: string, threads: number, pace: Pace): Promise<readonly Result[]> {
  const peak = await Peak.start(threads);
  const results: Result[] = [];
  for (const name of names) {
    console.log(`${ours}, ${name}, threads: ${threads}`);
    const command = (workload: Name, which: string): Command => ({
      program: process.execPath,
      args: [program, ...argumentsOf(workload, which, threads)],
    });
    results.push(await measure(name, command, pace, peak));
  }
  await peak.stop();
  return results;
}

async function raceAll(
  contestants: readonly Contestant[],
  threads: number,
  pace: Pace,
): Promise<ReadonlyMap<string, Race>> {
  const able = contestants.filter((contestant) => contestant.enters(threads));
  const races = new Map<string, Race>();
  for (const workload of compared) {
    console.log(`side by side, ${workload}, threads: ${threads}`);
    const entered = able.filter(({ workloads }) => workloads.includes(workload));
    races.set(workload, await raceWarm(entered, workload, threads, pace));
  }
  if (threads === 1) races.set("W6", await raceCold(able, threads, pace));
  return races;
}

/** Every version is exact. */
function pinned(manifest: URL): Readonly<Record<string, string>> {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { dependencies: Record<string, string> })
    .dependencies;
}

await main(options());
