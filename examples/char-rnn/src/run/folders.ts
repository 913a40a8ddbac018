/** Where runs are kept. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OptionError } from "../command-line/option.ts";
import { logIn } from "../train/log.ts";
import { fileIn, hasCheckpoint } from "./checkpoint.ts";

/** Where they are when nobody says, by number. */
const runs = "runs";

/** The run with the highest number. */
export function newestRun(): string {
  const [newest] = numbers().filter((n) => hasCheckpoint(join(runs, String(n))));
  if (newest === undefined) throw new OptionError(`there is no run in ${runs}/ yet.`);
  return join(runs, String(newest));
}

export function newFolder(): string {
  mkdirSync(runs, { recursive: true });
  for (let n = (numbers()[0] ?? 0) + 1; ; n++) {
    const folder = join(runs, String(n));
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      // Another run may have begun at the same moment.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Numbers of the runs, the highest first. */
function numbers(): number[] {
  try {
    return readdirSync(runs)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => b - a);
  } catch {
    return [];
  }
}

/** A folder that somebody named, without what a run before has left in it. Throws: OptionError unless forced. */
export function claim(folder: string, force: boolean): string {
  if (hasCheckpoint(folder) && !force)
    throw new OptionError(
      `--out: there is a run in ${folder}. Go on with it (resume ${folder}), choose another folder, or lose it (--force).`,
    );
  rmSync(logIn(folder), { force: true });
  rmSync(fileIn(folder, "best"), { force: true });
  return folder;
}
