import type { DType } from "../../../tensor/type.ts";
import {
  dtypesOf,
  neededFor,
  referencesOf,
  type Body,
  type Instruction,
  type Reference,
} from "../../../ir/instruction.ts";
import { arithmetic } from "./arithmetic.ts";
import { smallIntegers } from "./small-integers.ts";
import type { Code, Local, ValueType } from "../encode/code.ts";
import type { Emission } from "../emission.ts";
import type { FunctionBuilder } from "../encode/function.ts";
import type { Lanes } from "../kernel/lanes.ts";
import { splat, type Site } from "./site.ts";

export type ReadAt = Extract<Instruction, { op: "readAt" }>;

/** How a body gets at what lies around it. */
export interface Surroundings {
  read(operand: number): Code;
  readAt(i: ReadAt, row: Row): Code;
  index(dimension: number): Code;
  accumulator(which: number): Code;
}

/** Where a `readAt` reads: each lane by an index of its own, or all at one place that has been found before. */
export type Row =
  | { readonly kind: "lanes"; readonly index: Code; readonly site: Site }
  | { readonly kind: "shared"; readonly address: Local; readonly inside: Local };

/** What does not change from one vector to the next. */
export interface Shared {
  /** Whether all lanes of all vectors have the same. */
  isShared(i: Instruction): boolean;
  /** The place of a `readAt` by an index that all lanes share. */
  locate(i: ReadAt, index: Code): { readonly address: Local; readonly inside: Local };
}

/** What a body is a body of. */
interface Frame {
  readonly f: FunctionBuilder;
  readonly emission: Emission;
  readonly lanes: Lanes;
  readonly operands: readonly DType[];
  readonly accumulators?: readonly DType[];
}

/**
 * Writes the code of a body: first, once, what all vectors share; then, for each vector, the rest. A value lives in a
 * local from the instruction that makes it to the last one that takes it.
 */
export class BodyWriter {
  readonly #frame: Frame;
  readonly #body: Body;
  readonly #results: readonly Reference[];
  readonly #shared: Shared;
  readonly #dtypes: readonly DType[];
  readonly #needed: ReadonlySet<Reference>;
  /** The values that each instruction is the last to take. */
  readonly #lastUses: readonly (readonly Reference[])[];
  readonly #small: ReadonlySet<Reference>;
  readonly #isShared: readonly boolean[];
  readonly #values = new Map<Reference, Code>();
  readonly #rows = new Map<Reference, Row>();
  readonly #held: Local[] = [];

  constructor(frame: Frame, body: Body, results: readonly Reference[], shared: Shared) {
    this.#frame = frame;
    this.#body = body;
    this.#results = results;
    this.#shared = shared;
    this.#dtypes = dtypesOf(body, frame.operands, frame.accumulators);
    const references = body.map(referencesOf);
    this.#needed = neededFor(body, results);
    this.#lastUses = lastUses(references, results);
    this.#small = smallIntegers(body, results);
    const isShared: boolean[] = [];
    body.forEach((i, at) => isShared.push(references[at]!.every((x) => isShared[x]) && shared.isShared(i)));
    this.#isShared = isShared;
  }

  /** Compute what all vectors share, until `release`. */
  share(around: Surroundings): void {
    const site = this.#site(this.#frame.lanes, this.#held);
    this.#body.forEach((i, at) => {
      if (!this.#needed.has(at)) return;
      if (this.#isShared[at]) {
        this.#compute(i, at, site, around);
      } else if (i.op === "readAt" && this.#isShared[i.index]) {
        const place = this.#shared.locate(i, this.#values.get(i.index)!);
        this.#held.push(place.address, place.inside);
        this.#rows.set(at, { kind: "shared", ...place });
      }
    });
  }

  /** Compute a vector, of which `count` lanes matter, and use its results before their locals are given to others. */
  compute(count: number, around: Surroundings, use: (results: readonly Code[]) => void): void {
    const living = new Map<Reference, Local>();
    this.#body.forEach((i, at) => {
      if (!this.#needed.has(at) || this.#isShared[at]) return;
      const temporaries: Local[] = [];
      const local = this.#compute(i, at, this.#site(count, temporaries), around);
      this.#frame.f.free(...temporaries);
      if (local) living.set(at, local);
      for (const x of this.#lastUses[at]!) {
        if (!living.has(x)) continue;
        this.#frame.f.free(living.get(x)!);
        living.delete(x);
      }
    });
    use(this.#results.map((at) => this.#values.get(at)!));
    this.#frame.f.free(...living.values());
  }

  /** Forget what is shared. */
  release(): void {
    this.#frame.f.free(...this.#held.splice(0));
    this.#rows.clear();
  }

  #site(count: number, temporaries: Local[]): Site {
    const { f, emission, lanes } = this.#frame;
    return {
      f,
      emission,
      lanes,
      count,
      temporary(value: Code, type: ValueType = "v128") {
        const local = f.let(type, value);
        temporaries.push(local);
        return local;
      },
    };
  }

  /**
   * Note what stands for the value of an instruction from now on: a local, which is returned, or the constant itself.
   */
  #compute(i: Instruction, at: Reference, site: Site, around: Surroundings): Local | undefined {
    if (i.op === "constant") {
      this.#values.set(at, splat(this.#frame.emission, i.dtype, i.value));
      return undefined;
    }
    const local = this.#frame.f.let("v128", this.#code(i, at, site, around));
    if (this.#isShared[at]) this.#held.push(local);
    this.#values.set(at, local);
    return local;
  }

  #code(i: Exclude<Instruction, { op: "constant" }>, at: Reference, site: Site, around: Surroundings): Code {
    switch (i.op) {
      case "read":
        return around.read(i.operand);
      case "readAt": {
        const index = this.#values.get(i.index)!;
        return around.readAt(i, this.#rows.get(at) ?? { kind: "lanes", index, site });
      }
      case "index":
        return around.index(i.dimension);
      case "accumulator":
        return around.accumulator(i.which);
      default:
        return arithmetic(site, i, {
          dtype: this.#dtypes[i.x]!,
          value: (x) => this.#values.get(x)!,
          constant: (x) => {
            const maker = this.#body[x]!;
            return maker.op === "constant" ? maker.value : undefined;
          },
          isSmallInteger: this.#small.has(at),
        });
    }
  }
}

/** For each instruction, what is not taken any more after it. */
function lastUses(
  references: readonly (readonly Reference[])[],
  results: readonly Reference[],
): Reference[][] {
  const taken = new Set(results);
  const last = references.map((): Reference[] => []);
  for (let at = references.length - 1; at >= 0; at--) {
    for (const x of references[at]!) {
      if (!taken.has(x)) last[at]!.push(x);
      taken.add(x);
    }
  }
  return last;
}
