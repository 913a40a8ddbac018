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

  /** Undefined when the folder can't be written to, or nothing be loaded from it. */
  #fromCache(cache: Cache, key: string, source: string): Library | undefined {
    return attempt(cache.folder, () => {
      const found = cache.find(key);
      if (found !== undefined) {
        try {
          return loadLibrary(found);
        } catch {
          // It was removed since it was found, or is no library of this system: it is made anew.
          rmSync(found, { force: true });
        }
      }
      return loadLibrary(cache.keep(key, (draft) => compileSource(this.#compiler, source, draft)));
    });
  }

  /** A library that is on disk only until it has been loaded. Throws: UnsupportedError when it can't be. */
  #once(source: string): Library {
    const folder = privateFolder();
    const path = `${folder}/program.so`;
    try {
      compileSource(this.#compiler, source, path);
      return loadLibrary(path);
    } catch (error) {
      if (error instanceof UnsupportedError) throw error;
      throw new UnsupportedError(
        `native: what ${this.#compiler.command} compiles can't be loaded: ${reasonOf(error)}.`,
        "Name a compiler for this system by the option `compiler`, or use the WebAssembly engine.",
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const told = new Set<string>();

/** Say once, for every folder, why nothing is kept in it. */
function warn(folder: string, error: unknown): undefined {
  if (told.has(folder)) return;
  told.add(folder);
  process.emitWarning(
    `native: ${reasonOf(error)}. Programs are compiled anew in every process. Name a folder by UNROLL_CACHE or by the option \`cache\`.`,
    { code: "UNROLL_NATIVE_CACHE" },
  );
}

/**
 * What is done with a folder; undefined when it can't be. What a compiler refuses has nothing to do with the folder.
 */
function attempt<T>(folder: string, f: () => T): T | undefined {
  try {
    return f();
  } catch (error) {
    if (error instanceof UnsupportedError) throw error;
    return warn(folder, error);
  }
}

const openCache = (folder: string): Cache | undefined => attempt(folder, () => new Cache(folder));
