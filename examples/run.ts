/** Runs examples as their reader does, for the tests that stand beside them. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What a program printed, and its exit status: null when a signal ended it. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The words after `node` that run a TypeScript file of the workspace. */
export const nodeArguments = (main: URL, args: readonly string[] = []): string[] => [
  "--conditions=development",
  fileURLToPath(main),
  ...args,
];

/** Milliseconds that a test may take which runs programs, on a machine that has other things to do. */
export const patience = 60_000;

/** As in a shell of the reader's: scripts of package.json files set more. */
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  NO_COLOR: "1",
  npm_lifecycle_event: undefined,
};

/** Run a program to its end, in the folder `cwd` when there is one. */
export function run(main: URL, args: readonly string[] = [], cwd?: string): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, nodeArguments(main, args), {
    encoding: "utf8",
    cwd,
    env: environment,
  });
  return { status, stdout, stderr };
}

/** The blocks of a page that say what is printed: those fenced as `text`. */
export const printedIn = (page: URL): string[] =>
  [...readFileSync(page, "utf8").matchAll(/^```text\n(.*?)^```$/gms)].map(([, block]) => block!);

/**
 * `printed` with the decimals of `shown` where they agree: engines round in their own ways, by units of the last digit.
 */
export function likeShown(printed: string, shown: string): string {
  const decimal = /-?\d+\.(\d+)/g;
  const expected = shown.matchAll(decimal);
  return printed.replace(decimal, (number) => {
    const [other = "", digits = ""] = expected.next().value ?? [];
    return Math.abs(Number(number) - Number(other)) < 2.5 * 10 ** -digits.length ? other : number;
  });
}
