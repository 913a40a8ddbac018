import { kernelKey, type Kernel } from "../../../ir/kernel.ts";
import type { Call } from "../../../ir/program.ts";
import { shareOf } from "../../../ir/share.ts";
import type { Emission } from "../emission.ts";
import type { Callee } from "../encode/code.ts";
import { kernelFunction } from "./kernel.ts";

/** A part of a call: a function, and by how many elements its operands are further on than those of the call. */
export interface Part {
  readonly callee: Callee;
  readonly offsets: readonly number[];
}

/** The functions for the shares that threads have of kernels. Equal shares are one function. */
export class KernelParts {
  readonly #emission: Emission;
  readonly #kernels: readonly Kernel[];
  readonly #threads: number;
  readonly #parts = new Map<string, readonly Part[]>();

  constructor(emission: Emission, kernels: readonly Kernel[], threads: number) {
    this.#emission = emission;
    this.#kernels = kernels;
    this.#threads = threads;
  }

  /** What one thread does. */
  of({ kernel, split = "first" }: Call, thread: number): readonly Part[] {
    const how = split === "first" ? split : `${split.dimension} ${split.grain}`;
    const key = `${kernel} ${how} ${thread}`;
    const parts = this.#parts.get(key) ?? this.#make(kernel, split, thread);
    this.#parts.set(key, parts);
    return parts;
  }

  /** What all threads do, one after another. */
  all(call: Call): readonly Part[] {
    return Array.from({ length: this.#threads }, (_, thread) => this.of(call, thread)).flat();
  }

  #make(place: number, split: NonNullable<Call["split"]>, thread: number): readonly Part[] {
    const whole = this.#kernels[place]!;
    const share = shareOf(whole, split, thread, this.#threads);
    if (!share) return [];
    const { kernel, offsets } = share;
    const callee = this.#emission.module.shared(`${kernelKey(kernel)} of ${place}`, () =>
      kernelFunction(this.#emission, kernel, whole),
    );
    return [{ callee, offsets }];
  }
}
