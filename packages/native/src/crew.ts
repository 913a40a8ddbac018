import { UnsupportedError } from "@unroll/core";
import { crewSource } from "./print/crew.ts";
import type { Libraries } from "./toolchain/library.ts";

/** The threads of an engine. The calling one is the first of them; the others sleep between runs. */
export class Crew {
  readonly threads: number;
  readonly barrier: number;
  readonly #end: (address: number) => number;
  readonly #run: (address: number, entry: number, told: number) => number;
  #address: number;

  /** Throws: UnsupportedError when the system gives no threads. */
  constructor(libraries: Libraries, threads: number) {
    const library = libraries.load(crewSource);
    this.threads = threads;
    this.barrier = library.func("crew_barrier", "uint64", [])();
    this.#run = library.func("crew_run", "int", ["uint64", "uint64", "uint64"]);
    this.#end = library.func("crew_end", "void", ["uint64"]);
    this.#address = library.func("crew_new", "uint64", ["int"])(threads);
    if (this.#address === 0)
      throw new UnsupportedError(
        `native: the system does not give ${threads} threads.`,
        "Ask for fewer by the option `threads`.",
      );
  }

  get address(): number {
    return this.#address;
  }

  /** Run an entry of a program in all threads, and whether a function of JavaScript failed. */
  run(entry: number, told: number): boolean {
    return this.#run(this.#address, entry, told) !== 0;
  }

  /** End the threads. */
  dispose(): void {
    if (this.#address !== 0) this.#end(this.#address);
    this.#address = 0;
  }
}
