/** Measures unroll beside other libraries and writes docs/benchmarks.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bundle } from "../../src/bundle.ts";
import { names, type Name } from "../../src/catalogue.ts";
import { clocks, type Clock } from "../../src/clock.ts";
import { native } from "@unroll/native";
import { threaded, yardsticks, type EngineName } from "../../src/engines.ts";
import { paces, type Pace, type Result } from "../../src/figures.ts";
import { measure } from "../../src/measure.ts";
import type { Command } from "../../src/measured-process.ts";
import { Peak } from "../../src/peak/peak.ts";
import { compared, fromNpm, leftOut, pytorch, type Contestant } from "./contestants.ts";
import type { Compared } from "./library.ts";
import { ours, page, type Measured, type Own } from "./page.ts";
import { raceCold, raceWarm, type Race } from "./race.ts";

const usage = `usage: npm run bench:peers -- [--quick] [--clock wall|cpu] [--workloads W1,W4] [--threads 2] [--out FILE]

  --quick      repetitions of a tenth of a second: to try it out, not to quote
  --clock      cpu: processor time, for machines that are busy with other things too; one thread only
  --workloads  those that are run side by side (all)
  --threads    1 or 2 alone (both, by the wall clock)
  --out        the page (docs/benchmarks.md)`;

const folder = new URL("../dist/", import.meta.url);
const dependencies = pinned(new URL("../package.json", import.meta.url));

function options() {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      clock: { type: "string", default: "wall" },
      workloads: { type: "string", default: "" },
      threads: { type: "string" },
      out: { type: "string", default: "docs/benchmarks.md" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return values;
}

async function main({
  quick,
  clock,
  workloads,
  threads: only,
  out,
  help,
}: ReturnType<typeof options>): Promise<void> {
  if (help || !(clock in clocks)) return console.log(usage);
  const pace: Pace = { ...paces[quick ? "quick" : "full"], clock: clock as Clock };
  const own = await bundle(new URL("../../src/subject.ts", import.meta.url), folder);
  const peers = await bundle(new URL("peer.ts", import.meta.url), folder, Object.keys(dependencies));
  try {
    const torch = pytorch();
    const missing = [...leftOut, ...(typeof torch === "string" ? [torch] : [])];
    const engines = ownEngines();
    const contestants = [
      ...engines.map((engine) => unroll(own.file, engine)),
      ...fromNpm(peers.file),
      ...(typeof torch === "string" ? [] : torch),
    ];
    // Processor time says nothing of several threads.
    const possible = threaded.has("wasm") && clock === "wall" ? [1, 2] : [1];
    const threadCounts = possible.filter((threads) => only === undefined || threads === Number(only));
    const asked = workloads.split(",");
    const isAsked = (workload: string): boolean =>
      workloads === "" || asked.includes(workload.split(" ")[0]!);
    const chosen = compared.filter(isAsked);
    const alone: Own[] = [];
    const races = new Map<number, ReadonlyMap<string, Race>>();
    // Written whenever something has been measured: whoever has no time for all of it keeps what there is.
    const write = (): void =>
      writeFileSync(out, page({ pace, own: alone, races, ...found(races, missing) }, new Date()));
    for (const threads of threadCounts) {
      for (const engine of engines) {
        alone.push({ engine, threads, results: await measureOurs(own.file, engine, threads, pace) });
        write();
      }
    }
    for (const threads of threadCounts) {
      const byWorkload = new Map<string, Race>();
      races.set(threads, byWorkload);
      for await (const [workload, race] of racesOf(contestants, chosen, isAsked("W6"), threads, pace)) {
        byWorkload.set(workload, race);
        write();
      }
    }
    console.log(`${out} is written`);
  } finally {
    own.remove();
    peers.remove();
  }
}

/** Our engines that run here; the first is what others are compared with. */
function ownEngines(): readonly EngineName[] {
  try {
    native().dispose();
    return ["wasm", "native"];
  } catch {
    return ["wasm"];
  }
}

const argumentsOf = (name: Name, which: string, engine: EngineName, threads: number): readonly string[] => [
  name,
  which,
  engine,
  String(threads),
];

const unroll = (program: string, engine: EngineName): Contestant => ({
  name: engine === "wasm" ? ours : `${ours}, ${engine} engine`,
  workloads: compared,
  enters: (threads) => threads === 1 || threaded.has(engine),
  command: (workload, threads): Command => {
    const [name, which = ""] = workload.split(" ") as [Name, string?];
    return { program: process.execPath, args: [program, ...argumentsOf(name, which, engine, threads)] };
  },
});

async function measureOurs(
  program: string,
  engine: EngineName,
  threads: number,
  pace: Pace,
): Promise<readonly Result[]> {
  const peak = await Peak.start(threads, yardsticks[engine]);
  const results: Result[] = [];
  for (const name of names) {
    console.log(`${ours}, ${engine}, ${name}, threads: ${threads}`);
    const command = (workload: Name, which: string): Command => ({
      program: process.execPath,
      args: [program, ...argumentsOf(workload, which, engine, threads)],
    });
    results.push(await measure(name, command, pace, peak));
  }
  await peak.stop();
  return results;
}

/** The chosen workloads one after the other, and a cold start on one thread. */
async function* racesOf(
  contestants: readonly Contestant[],
  chosen: readonly Compared[],
  withCold: boolean,
  threads: number,
  pace: Pace,
): AsyncIterable<readonly [workload: string, race: Race]> {
  const able = contestants.filter((contestant) => contestant.enters(threads));
  for (const workload of chosen) {
    console.log(`side by side, ${workload}, threads: ${threads}`);
    const entered = able.filter(({ workloads }) => workloads.includes(workload));
    yield [workload, await raceWarm(entered, workload, threads, pace)];
  }
  if (threads === 1 && withCold) yield ["W6", await raceCold(able, threads, pace)];
}

/** The versions of all that ran, and what could not run. */
function found(
  races: ReadonlyMap<number, ReadonlyMap<string, Race>>,
  missing: readonly string[],
): Pick<Measured, "versions" | "missing"> {
  const all = [...races.values()].flatMap((byWorkload) => [...byWorkload.values()]);
  const told = all.flatMap(({ times }) => times.map((time) => time.versions));
  return {
    versions: Object.assign({ ...dependencies }, ...told) as Record<string, string>,
    missing: [...new Set([...missing, ...all.flatMap(({ failures }) => failures)])],
  };
}

/** Every version is exact. */
function pinned(manifest: URL): Readonly<Record<string, string>> {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { dependencies: Record<string, string> })
    .dependencies;
}

await main(options());
