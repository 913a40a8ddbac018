import { rmSync } from "node:fs";
import { UnsupportedError } from "@unroll/core";
import { compileSource, type Compiler } from "./compiler.ts";
import { Cache, defaultFolder, keyOf, privateFolder } from "./cache.ts";
import { loadLibrary, type Library } from "./foreign.ts";

/** Makes libraries of sources: from the cache, or by the compiler. */
export class Libraries {
  readonly #compiler: Compiler;
  readonly #folder: string | undefined;

  /** With a folder for the cache; `false`: without a cache. */
  constructor(compiler: Compiler, folder: string | false | undefined) {
    this.#compiler = compiler;
    this.#folder = folder === false ? undefined : (folder ?? defaultFolder());
  }

  load(source: string): Library {
    const { command, flags, identity } = this.#compiler;
    const key = keyOf(source, command, flags.join(" "), identity, `${process.platform} ${process.arch}`);
    const cache = this.#folder === undefined ? undefined : openCache(this.#folder);
    return (cache && this.#fromCache(cache, key, source)) ?? this.#once(source);
  }

  /** Undefined when the folder can't be written to. */
  #fromCache(cache: Cache, key: string, source: string): Library | undefined {
    const found = attempt(cache.folder, () => cache.find(key));
    if (found !== undefined) {
      try {
        return loadLibrary(found);
      } catch {
        // It was removed since it was found, or is no library of this system: it is made anew.
        rmSync(found, { force: true });
      }
    }
    const path = attempt(cache.folder, () =>
      cache.keep(key, (draft) => compileSource(this.#compiler, source, draft)),
    );
    return path === undefined ? undefined : loadLibrary(path);
  }

  /** A library that is on disk only until it has been loaded. */
  #once(source: string): Library {
    const folder = privateFolder();
    try {
      compileSource(this.#compiler, source, `${folder}/program.so`);
      return loadLibrary(`${folder}/program.so`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

const told = new Set<string>();

/** Say once, for every folder, why nothing is kept in it. */
function warn(folder: string, error: unknown): undefined {
  if (told.has(folder)) return;
  told.add(folder);
  const why = error instanceof Error ? error.message : String(error);
  process.emitWarning(
    `native: ${why}. Programs are compiled anew in every process. Name a folder by UNROLL_CACHE or by the option \`cache\`.`,
    { code: "UNROLL_NATIVE_CACHE" },
  );
}

/** What is done with a folder; undefined when it can't be. What a compiler refuses has nothing to do with the folder. */
function attempt<T>(folder: string, f: () => T): T | undefined {
  try {
    return f();
  } catch (error) {
    if (error instanceof UnsupportedError) throw error;
    return warn(folder, error);
  }
}

const openCache = (folder: string): Cache | undefined => attempt(folder, () => new Cache(folder));
