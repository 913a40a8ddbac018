import { createHash, randomUUID } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** Bytes of libraries that are kept. Those that were not used for longest go first. */
const mostBytes = 256 * 2 ** 20;

/** Where libraries are kept when nobody names a folder: `UNROLL_CACHE`, or the user's folder for such things. */
export function defaultFolder(): string {
  const { UNROLL_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own) return own;
  if (shared) return join(shared, "unroll", "native");
  const home = process.platform === "darwin" ? ["Library", "Caches"] : [".cache"];
  return join(homedir(), ...home, "unroll", "native");
}

const digestOf = (bytes: string | Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex").slice(0, 32);

/** What a library is found by: all that it was made of. */
export const keyOf = (...parts: readonly string[]): string => digestOf(JSON.stringify(parts));

/** Names of libraries: the key, and the digest of the file, which is compared before the file is loaded. */
const entryName = /^([0-9a-f]{32})-([0-9a-f]{32})\.so$/;

/** A folder of compiled libraries. A file in it is whole: it is written under another name and then renamed. */
export class Cache {
  readonly folder: string;

  /** Throws: what keeps the folder from being made or used. */
  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    const user = process.getuid?.();
    if (user !== undefined && uid !== user) throw new Error(`${folder} belongs to another user`);
    if ((mode & 0o022) !== 0) throw new Error(`others may write to ${folder}`);
  }

  /** The path of the library of a key, if it is there and as it was written. What is not is removed. */
  find(key: string): string | undefined {
    for (const name of readdirSync(this.folder)) {
      const [, itsKey, digest] = entryName.exec(name) ?? [];
      if (itsKey !== key) continue;
      const path = join(this.folder, name);
      if (digestOf(readFileSync(path)) === digest) {
        touch(path);
        return path;
      }
      rmSync(path, { force: true });
    }
    return undefined;
  }

  /** Have a library written, and keep it. Gives its path. */
  keep(key: string, write: (path: string) => void): string {
    const draft = join(this.folder, `${randomUUID()}.tmp`);
    // A folder that can't be written to is no mistake of the compiler, which would say so as one.
    writeFileSync(draft, "", { flag: "wx", mode: 0o700 });
    try {
      write(draft);
      const path = join(this.folder, `${key}-${digestOf(readFileSync(draft))}.so`);
      renameSync(draft, path);
      this.#shrink(path);
      return path;
    } finally {
      rmSync(draft, { force: true });
    }
  }

  /** Bytes that are kept. */
  get size(): number {
    return this.#entries().reduce((sum, { size }) => sum + size, 0);
  }

  /** Remove all libraries, and how many bytes they had. */
  clear(): number {
    const { size } = this;
    for (const { path } of this.#entries()) rmSync(path, { force: true });
    return size;
  }

  /** Libraries, and drafts that a process left behind when it was killed; the last used first. */
  #entries(): { readonly path: string; readonly size: number; readonly used: number }[] {
    return readdirSync(this.folder)
      .filter((name) => entryName.test(name) || name.endsWith(".tmp"))
      .flatMap((name) => {
        const path = join(this.folder, name);
        const stat = statSync(path, { throwIfNoEntry: false });
        return stat ? [{ path, size: stat.size, used: stat.mtimeMs }] : [];
      })
      .toSorted((a, b) => b.used - a.used);
  }

  #shrink(newest: string): void {
    let sum = 0;
    for (const { path, size } of this.#entries()) {
      sum += size;
      if (sum > mostBytes && path !== newest) rmSync(path, { force: true });
    }
  }
}

/** Note that a library was used. Another process may have removed it meanwhile; it is compiled again then. */
function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    return;
  }
}

/** A folder for this process alone. */
export const privateFolder = (): string => mkdtempSync(join(tmpdir(), "unroll-native-"));
