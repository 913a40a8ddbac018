import { UnsupportedError } from "../../../tensor/error.ts";
import type { EngineMemory } from "../memory/memory.ts";
import { scratchSize } from "../contract/packed.ts";
import { shareName } from "../driver.ts";
import { controlAt, controlSize, states, type Control } from "./control.ts";
import { startWorker, type Worker } from "./worker.ts";

/** Turns in which a worker waits awake for the next run: 80 us. */
const spins = 10_000;

/** Turns in which the calling thread waits awake for workers to come: some tens of microseconds. */
const turnsAwake = 500;

/** Whether this thread may sleep: the main one of a page may not. */
export function maySleep(): boolean {
  try {
    // The word is not 1, so nobody sleeps; but who may not is told so.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

const leastTrust = 1 / 32;

/** A program that the workers have, or are about to have. */
export interface CrewProgram {
  /** The number of the message that brought it. */
  readonly number: number;
  /** The share of the calling thread. */
  share(): void;
  /** Returns when all threads have called it. */
  barrier(): number;
}

/**
 * The threads beside the calling one. They are started with the first program that is shared out; until all of them
 * have a program, and whenever one of them is missing, `run` declines, and the caller does everything.
 */
export class Crew {
  readonly threads: number;
  readonly control: Control;
  readonly #memory: EngineMemory;
  readonly #patience: number | undefined;
  readonly #words: Int32Array;
  readonly #maySleep = maySleep();
  readonly #workers: Worker[] = [];
  #posted = 0;
  #isBusy = false;
  /** The part of its patience that a run has: less, the more often workers have not come, as on a busy machine. */
  #trust = 1;
  #hasEnded = false;

  /**
   * With a `patience`, a run waits so many milliseconds for workers, also for those that have not got its program yet.
   */
  constructor(memory: EngineMemory, threads: number, patience?: number) {
    this.threads = threads;
    this.#patience = patience;
    const address = memory.allocate(controlSize(threads));
    this.control = controlAt(address, threads);
    this.#memory = memory;
    // Where memory grows, old views still show the words.
    this.#words = new Int32Array(memory.memory.buffer);
    this.#words.fill(0, address / 4, (address + controlSize(threads)) / 4);
    this.#words[this.control.failed / 4] = -1;
  }

  /** Let the workers have a program. */
  add(module: WebAssembly.Module, { share, barrier }: Omit<CrewProgram, "number">): CrewProgram {
    if (this.#workers.length === 0 && !this.#hasEnded) this.#start();
    const number = this.#posted + 1;
    this.#post({ program: number, module });
    return { number, share, barrier };
  }

  remove({ number }: CrewProgram): void {
    this.#post({ program: number });
  }

  /**
   * Run a program on all threads. False if nothing was done: a worker is missing, has not come within `patience`
   * milliseconds, or is in a run already.
   *
   * Throws: what the calling thread's share throws; UnsupportedError if a worker has failed in the middle.
   */
  run(program: CrewProgram, patience: number): boolean {
    if (this.#isBusy || this.#hasEnded) return false;
    const hasRead = (messages: number): boolean => messages >= program.number;
    if (!this.#come(this.control.read, hasRead, this.#patience ?? 0)) return false;
    this.#isBusy = true;
    try {
      const failed = Atomics.load(this.#words, this.control.failed / 4);
      if (!this.#gather(program.number, this.#patience ?? this.#trust * patience)) {
        this.#trust = Math.max(this.#trust / 2, leastTrust);
        return false;
      }
      this.#trust = 1;
      this.#share(program);
      if (Atomics.load(this.#words, this.control.failed / 4) === failed) return true;
      this.dispose();
      throw new UnsupportedError(
        "wasm: a worker failed in the middle of a run, and what it should have computed is lost.",
        "Later runs use one thread. A state that was being trained has to be set anew.",
      );
    } finally {
      this.#isBusy = false;
    }
  }

  /** Bytes that kernels may use in the workers while they run. */
  get scratch(): number {
    return this.#workers.length * scratchSize;
  }

  /** Whether a worker is missing, and none will come any more. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** End the workers. */
  dispose(): void {
    this.#hasEnded = true;
    for (const worker of this.#workers.splice(0)) worker.terminate();
  }

  #start(): void {
    const { control } = this;
    const memory = this.#memory;
    try {
      for (const _ of control.states) this.#workers.push(startWorker(() => this.dispose()));
    } catch {
      // A page may forbid workers; then there is one thread.
      this.dispose();
    }
    const word = (address: number): number => address / 4;
    this.#workers.forEach((worker, i) =>
      worker.post({
        memory: memory.memory,
        words: {
          ticket: word(control.ticket),
          mail: word(control.mail),
          program: word(control.program),
          phase: word(control.phase),
          failed: word(control.failed),
          state: word(control.states[i]!),
          read: word(control.read[i]!),
        },
        states,
        share: shareName(i + 1),
        scratch: memory.allocate(scratchSize),
        spins,
      }),
    );
    this.#announce();
  }

  #post(message: object): void {
    if (this.#hasEnded) return;
    for (const worker of this.#workers) worker.post(message);
    this.#announce();
  }

  /** A message has been posted. */
  #announce(): void {
    Atomics.store(this.#words, this.control.mail / 4, ++this.#posted);
    this.#ring();
  }

  /** There is something for the workers to look at. */
  #ring(): void {
    Atomics.add(this.#words, this.control.ticket / 4, 1);
    Atomics.notify(this.#words, this.control.ticket / 4);
  }

  /** Ask all workers to take part, and let none if not all have come in time. */
  #gather(program: number, patience: number): boolean {
    const words = this.#words;
    Atomics.store(words, this.control.program / 4, program);
    for (const address of this.control.states) Atomics.store(words, address / 4, states.asked);
    this.#ring();
    const haveCome = this.#come(this.control.states, (state) => state === states.ready, patience);
    for (const address of this.control.states) {
      Atomics.store(words, address / 4, haveCome ? states.going : states.idle);
      Atomics.notify(words, address / 4);
    }
    return haveCome;
  }

  /** Whether all words come to be so, at the latest in so many milliseconds. */
  #come(addresses: readonly number[], isSo: (word: number) => boolean, patience: number): boolean {
    const deadline = performance.now() + patience;
    return addresses.every((address) => {
      for (let turn = 0; ; turn++) {
        const word = Atomics.load(this.#words, address / 4);
        if (isSo(word)) return true;
        const left = deadline - performance.now();
        if (left <= 0) return false;
        // On a busy machine, a thread that waits awake may keep the one that it waits for from running.
        if (turn > turnsAwake && this.#maySleep) Atomics.wait(this.#words, address / 4, word, left);
      }
    });
  }

  #share({ share, barrier }: CrewProgram): void {
    try {
      share();
    } catch (error) {
      // The others are on their way to the next barrier: meet them there, and let them leave.
      const { failed, phase } = this.control;
      Atomics.store(this.#words, failed / 4, Atomics.load(this.#words, phase / 4));
      barrier();
      throw error;
    }
  }
}
