/** Measures workloads: `npm run bench -- W1 --engine wasm --threads 1 --json`. */
import { bundle } from "./bundle.ts";
import { catalogue, type Name } from "./catalogue.ts";
import { parseCommandLine, usage, UsageError, type Asked } from "./command-line.ts";
import { measureCold, measureCompilation, measureWarm, type Figures, type Pace } from "./measure.ts";
import { MeasuredProcess } from "./measured-process.ts";
import { Peak } from "./peak/peak.ts";
import { heading, jsonLine, table, type Result } from "./report.ts";

const paces = { full: { repetitions: 5, seconds: 1 }, quick: { repetitions: 3, seconds: 0.1 } } as const;

async function main(asked: Asked): Promise<void> {
  const { workloads, engine, threads, clock, json, quick } = asked;
  const circumstances = { engine, threads, clock, quick, node: process.versions.node };
  const program = await bundle(new URL("subject.ts", import.meta.url), new URL("../dist/", import.meta.url));
  const peak = await Peak.start(threads);
  try {
    const pace = { ...paces[quick ? "quick" : "full"], clock };
    const start = (name: Name, which: string) =>
      MeasuredProcess.start(process.execPath, [program.file, name, which, engine, String(threads)]);
    const results: Result[] = [];
    for (const name of workloads) {
      const result = await measure(name, (which) => start(name, which), pace, peak);
      results.push(result);
      if (json) console.log(jsonLine(result, circumstances));
    }
    if (!json) console.log(`${heading(circumstances)}\n\n${table(results)}`);
  } finally {
    await peak.stop();
    program.remove();
  }
}

async function measure(
  workload: Name,
  start: (which: string) => Promise<MeasuredProcess>,
  pace: Pace,
  peak: Peak,
): Promise<Result> {
  const { about, cases, figure, compiling } = catalogue[workload];
  const measured = new Map<string, Figures>();
  for (const [which, work] of cases) {
    const begin = () => start(which);
    const figures =
      figure === "cold" ? await measureCold(begin, pace) : await measureWarm(begin, work, pace, peak);
    measured.set(
      which,
      compiling ? { ...figures, compile_ms: await measureCompilation(begin, pace) } : figures,
    );
  }
  return { workload, about, cases: measured };
}

try {
  await main(parseCommandLine(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench: ${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
