/** docs/benchmarks.md. */
import { cpus, release, totalmem, type } from "node:os";
import { catalogue, names } from "../../src/catalogue.ts";
import type { EngineName } from "../../src/engines.ts";
import { median, type Pace, type Result } from "../../src/figures.ts";
import { table } from "../../src/report.ts";
import type { Race, Times } from "./race.ts";

/** One of our engines alone, on so many threads. */
export interface Own {
  readonly engine: EngineName;
  readonly threads: number;
  readonly results: readonly Result[];
}

/** Everything that was measured in one run. */
export interface Measured {
  readonly pace: Pace;
  readonly own: readonly Own[];
  /** Side by side: by threads, then by workload; W6 is one of them. */
  readonly races: ReadonlyMap<number, ReadonlyMap<string, Race>>;
  readonly versions: Readonly<Record<string, string>>;
  /** What could not be measured, and why. */
  readonly missing: readonly string[];
}

export const ours = "unroll";

const introduction = `\
\`npm run bench:peers\` wrote this page: every number in it was measured by that command, in one run, on one
machine, and only ratios within a run mean anything. \`npm run bench -- W1\` measures one workload, and
\`npm run bench -- --help\` lists them.`;

export const page = (measured: Measured, today: Date): string =>
  `${[
    "# Benchmarks",
    introduction,
    "## What is measured",
    workloads(),
    method(measured.pace),
    "## The run",
    circumstances(measured, today),
    "## unroll",
    `The share of the peak counts the fewest products that a workload needs. The peak is a loop of multiply-adds: of
WebAssembly, 128 bits at a time, for the WebAssembly engine, and of C for the native one.`,
    ...measured.own.flatMap(({ engine, threads, results }) => [
      `The ${engineNames[engine]} engine on ${threadsOf(threads)}:`,
      fenced(table(results)),
    ]),
    "## Side by side",
    ...[...measured.races].flatMap(([threads, races]) =>
      [...races].flatMap(([workload, { times }]) => [
        `### ${workload}, ${threadsOf(threads)}`,
        comparison(times),
      ]),
    ),
    "## What could not be measured",
    measured.missing.map((line) => `- ${line}`).join("\n"),
  ].join("\n\n")}\n`;

const engineNames: Readonly<Record<EngineName, string>> = {
  wasm: "WebAssembly",
  native: "native",
  reference: "reference",
};

const threadsOf = (threads: number): string => (threads === 1 ? "1 thread" : `${threads} threads`);

const fenced = (text: string): string => `\`\`\`text\n${text}\n\`\`\``;

const rows = (head: readonly string[], lines: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

const workloads = (): string =>
  rows(
    ["", "float32, one process, the cells written with the public API as a user would"],
    names.map((name) => [name, catalogue[name].about]),
  ).replace("---:", "---");

const method = ({ repetitions, seconds, clock }: Pace): string => `\
Medians of ${repetitions} repetitions of ${seconds} s, warm, by ${clockName[clock]}; of W6, ${repetitions}
processes. Side by side, repetitions take turns, and "times unroll" is the median of the ratios within each
turn. \`cores\` is processor time over wall time: far below the number of threads, the machine was disturbed.
The loop of multiply-adds runs between the repetitions. JavaScript is bundled.

Libraries compute what their users would write. TensorFlow.js has no gradient of a look-up in its wasm
backend, so its embedding is a product. ONNX Runtime has no gradients in Node and does the forward half, with
its own LSTM. PyTorch runs without the \`OPENBLAS_*\` settings that tie it to an old processor; on two threads it
enters three times, since its own threads and those of OpenBLAS get in each other's way.`;

const clockName = {
  wall: "the wall clock",
  cpu: "processor time, because the machine was busy with other things too",
} as const;

function circumstances({ versions }: Measured, today: Date): string {
  const [processor] = cpus();
  return rows(
    ["", ""],
    [
      ["date", today.toISOString().slice(0, 10)],
      ["processor", `${processor!.model.trim()}, ${cpus().length} threads`],
      ["memory", `${Math.round(totalmem() / 2 ** 30)} GiB`],
      ["system", `${type()} ${release().split("-")[0]}`],
      ["Node", `${process.versions.node} (V8 ${process.versions.v8.split("-")[0]})`],
      ...Object.entries(versions).sort(([a], [b]) => a.localeCompare(b)),
    ],
  ).replace("---:", "---");
}

function comparison(times: readonly Times[]): string {
  const own = times.find(({ name }) => name === ours);
  return rows(
    ["", "ms", "min", "max", "times unroll", "peak MiB", "cores"],
    times.map(({ name, ms, peakRssMib, cores }) => [
      name,
      digits(median(ms)),
      digits(Math.min(...ms)),
      digits(Math.max(...ms)),
      own ? digits(median(ms.map((x, round) => x / own.ms[round]!))) : "",
      digits(peakRssMib),
      digits(cores),
    ]),
  );
}

const digits = (x: number): string => x.toLocaleString("en", { maximumSignificantDigits: 3 });
