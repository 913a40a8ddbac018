/** What a command line asks for. */
import { parseArgs } from "node:util";
import { catalogue, names, type Name } from "./catalogue.ts";
import { clocks, type Clock } from "./clock.ts";
import { engines, threaded, type EngineName } from "./engines.ts";

export interface Asked {
  readonly workloads: readonly Name[];
  readonly engine: EngineName;
  readonly threads: number;
  readonly clock: Clock;
  readonly json: boolean;
  readonly quick: boolean;
}

/** A command line that makes no sense. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const usage = `usage: npm run bench -- WORKLOAD... [options]

${names.map((name) => `  ${name}   ${catalogue[name].about}`).join("\n")}
  all  every one of them

  --engine    ${Object.keys(engines).join(" or ")} (wasm)
  --threads   how many it may use (1)
  --clock     wall, or cpu: processor time of one thread, for machines that are busy (wall)
  --quick     three repetitions of a tenth of a second in place of five of a second
  --json      a line of JSON for every workload
  --help, -h  this`;

/** Throws: UsageError. */
export function parseCommandLine(words: readonly string[]): Asked | "help" {
  const { values, positionals } = split(words);
  if (values.help) return "help";
  if (positionals.length === 0) throw new UsageError("no workload is named");
  const asked = {
    workloads: positionals.flatMap((word) => (word === "all" ? names : [oneOf("workload", names, word)])),
    engine: oneOf("engine", Object.keys(engines) as EngineName[], values.engine),
    threads: threadsOf(values.threads),
    clock: oneOf("clock", Object.keys(clocks) as Clock[], values.clock),
    json: values.json,
    quick: values.quick,
  };
  const { engine, threads, clock } = asked;
  if (threads > 1 && !threaded.has(engine)) throw new UsageError(`the engine ${engine} has one thread`);
  if (threads > 1 && clock === "cpu") throw new UsageError("processor time says nothing of several threads");
  return asked;
}

function split(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        engine: { type: "string", default: "wasm" },
        threads: { type: "string", default: "1" },
        clock: { type: "string", default: "wall" },
        help: { type: "boolean", short: "h", default: false },
        json: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    // Node adds advice about words that begin with a dash, which none of ours do.
    throw new UsageError((error as Error).message.split(". ")[0]);
  }
}

function oneOf<N extends string>(what: string, known: readonly N[], word: string): N {
  const found = known.find((name) => name === word);
  if (found === undefined) throw new UsageError(`there is no ${what} ${word}; there is ${known.join(", ")}`);
  return found;
}

function threadsOf(word: string): number {
  if (/^[1-9]\d?$/.test(word)) return Number(word);
  throw new UsageError(`--threads: ${word} is no whole number from 1 to 99`);
}
