/** Measures workloads: `npm run bench -- W1 --engine wasm --threads 1 --json`. */
import { bundle } from "./bundle.ts";
import type { Name } from "./catalogue.ts";
import { parseCommandLine, usage, UsageError, type Asked } from "./command-line.ts";
import { yardsticks } from "./engines.ts";
import { paces, type Result } from "./figures.ts";
import { measure } from "./measure.ts";
import { Peak } from "./peak/peak.ts";
import { heading, jsonLine, table } from "./report.ts";

async function main(asked: Asked | "help"): Promise<void> {
  if (asked === "help") return console.log(usage);
  const { workloads, engine, threads, clock, json, quick } = asked;
  const circumstances = { engine, threads, clock, quick, node: process.versions.node };
  const program = await bundle(new URL("subject.ts", import.meta.url), new URL("../dist/", import.meta.url));
  const peak = await Peak.start(threads, yardsticks[engine]);
  try {
    const pace = { ...paces[quick ? "quick" : "full"], clock };
    const command = (name: Name, which: string) => ({
      program: process.execPath,
      args: [program.file, name, which, engine, String(threads)],
    });
    const results: Result[] = [];
    for (const name of workloads) {
      const result = await measure(name, command, pace, peak);
      results.push(result);
      if (json) console.log(jsonLine(result, circumstances));
    }
    if (!json) console.log(`${heading(circumstances)}\n\n${table(results)}`);
  } finally {
    await peak.stop();
    program.remove();
  }
}

try {
  await main(parseCommandLine(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench: ${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
