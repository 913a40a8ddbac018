import { chooseLanes, dtypesOf, type ReduceKernel } from "@unroll/core/engine";
import { accumulatorOf, type Accumulator } from "./accumulator.ts";
import { BodyPrinter, type Surroundings } from "./body.ts";
import { isSharedAlong, readBy } from "./lanes.ts";
import { surroundings } from "./map.ts";
import { counterOf, moved, nest, parametersOf, type OperandTypes, type Pointers, type Span } from "./nest.ts";
import { lanesOfAll, type Target } from "./target.ts";
import type { Text } from "./text.ts";

/** Instructions below which several vectors side by side pay: they would wait for each other's sums otherwise. */
const cheap = 8;

/** Points from which on they come from beyond the second cache: rows are then read on, not a few vectors of each. */
const many = 2 ** 18;

/** Vectors side by side: in registers, or, of rows that are read on, in the first cache. */
const [few, wide] = [4, 64];

/**
 * A reduction. Along a kept dimension the elements of a vector are different results, along a reduced one parts of the
 * same, which are put together in the end. Which it is depends on the whole of which this may be a share, so that bits
 * do not depend on the number of threads.
 */
export function printReduce(
  text: Text,
  name: string,
  kernel: ReduceKernel,
  whole: ReduceKernel,
  target: Target,
): void {
  const { dtypes, writes } = kernel;
  const { list, names } = parametersOf({ dtypes, reads: dtypes.length - writes.length });
  text.block(`KERNEL void ${name}(${list})`, () =>
    new ReducePrinter(text, kernel, whole, target).print(names),
  );
}

class ReducePrinter {
  readonly #text: Text;
  readonly #kernel: ReduceKernel;
  readonly #types: OperandTypes;
  readonly #along: number | undefined;
  readonly #accumulators: readonly Accumulator[];
  readonly #body: BodyPrinter;
  readonly #epilogue: BodyPrinter;
  readonly #hasPosition: boolean;
  /** Results, or parts of one, that are computed side by side. */
  readonly #width: number;

  constructor(text: Text, kernel: ReduceKernel, whole: ReduceKernel, target: Target) {
    const { dtypes, kept, reduced, body, accumulators, epilogue, writes } = kernel;
    this.#text = text;
    this.#kernel = kernel;
    this.#types = { dtypes, reads: dtypes.length - writes.length };
    const values = dtypesOf(body, dtypes);
    const lanes = lanesOfAll(target, [...dtypes, ...values]);
    this.#along = chooseAlong(whole, lanes);
    this.#accumulators = accumulators.map(({ combine, of }, i) =>
      accumulatorOf(`a${i}`, combine, values[of]!),
    );
    this.#hasPosition = accumulators.some(({ combine }) => combine.startsWith("arg"));
    const isKept = this.#along !== undefined && this.#along < kept.length;
    const points = [...kept, ...reduced].reduce((product, { size }) => product * size, 1);
    const vectors = isKept && points >= many ? wide : few;
    const isCheap = body.length <= cheap && !this.#hasPosition;
    this.#width = this.#along === undefined ? 1 : lanes * (isCheap ? vectors : 1);
    const taken = accumulators.map(({ of }) => of);
    const isShared = isSharedAlong([...kept, ...reduced], this.#along);
    this.#body = new BodyPrinter(body, taken, { operands: dtypes, isShared });
    this.#epilogue = new BodyPrinter(
      epilogue,
      writes,
      { operands: dtypes, accumulators: this.#accumulators.map(({ dtype }) => dtype), isShared: () => false },
      "e",
    );
  }

  print(names: Pointers): void {
    const { kept } = this.#kernel;
    nest(this.#text, this.#types, this.#spans(0, kept.length), names, (pointers) => {
      const isKept = this.#along !== undefined && this.#along < kept.length;
      if (isKept) this.#printKept(pointers);
      else this.#printReduced(pointers);
    });
  }

  get #dimensions(): ReduceKernel["kept"] {
    return [...this.#kernel.kept, ...this.#kernel.reduced];
  }

  /** The loops over some dimensions, without the one along vectors. */
  #spans(from: number, to: number): Span[] {
    return this.#dimensions.flatMap((dimension, place) =>
      place < from || place >= to || place === this.#along ? [] : [{ dimension, place }],
    );
  }

  get #reduced(): Span[] {
    return this.#spans(this.#kernel.kept.length, this.#dimensions.length);
  }

  /** Results side by side, as many as fit, and then those that are left. */
  #printKept(pointers: Pointers): void {
    const text = this.#text;
    const { size, strides } = this.#dimensions[this.#along!]!;
    const width = this.#width;
    const full = size - (size % width);
    const strip = (first: string, count: number): void => {
      const here = moved(text, this.#types, pointers, strides, first, "_s");
      for (const accumulator of this.#accumulators) accumulator.declare(text, count);
      this.#declarePosition();
      nest(text, this.#types, this.#reduced, here, (inner) => {
        const around = this.#lane(inner, first);
        this.#body.share(text, around);
        this.#lanes(count, () => this.#take(around, "l", "position"));
        this.#countPosition("1");
      });
      const around = this.#lane(here, first);
      this.#lanes(count, () => this.#finish(around, "l"));
    };
    if (full > 0)
      text.block(`for (i32 strip = 0; strip < ${full}; strip += ${width})`, () => strip("strip", width));
    if (full < size) text.block("", () => strip(String(full), size - full));
  }

  /** Parts of one result side by side. */
  #printReduced(pointers: Pointers): void {
    const text = this.#text;
    const along = this.#dimensions[this.#along ?? -1];
    const width = this.#width;
    for (const accumulator of this.#accumulators) accumulator.declare(text, width);
    this.#declarePosition();
    nest(text, this.#types, this.#reduced, pointers, (inner) => {
      if (!along) {
        const around = this.#lane(inner, "0");
        this.#take(around, "0", "position");
        this.#countPosition("1");
        return;
      }
      const { size, strides } = along;
      const full = size - (size % width);
      const strip = (first: string, count: number): void => {
        const here = moved(text, this.#types, inner, strides, first, "_s");
        const around = this.#lane(here, first);
        this.#lanes(count, () => this.#take(around, "l", `position + ${first} + l`));
      };
      this.#body.share(text, this.#lane(inner, "0"));
      if (full > 0)
        text.block(`for (i32 strip = 0; strip < ${full}; strip += ${width})`, () => strip("strip", width));
      if (full < size) text.block("", () => strip(String(full), size - full));
      this.#countPosition(String(size));
    });
    for (let half = width / 2; half >= 1; half /= 2)
      this.#lanes(half, () => {
        for (const accumulator of this.#accumulators) accumulator.join(text, "l", `l + ${half}`);
      });
    this.#finish(this.#lane(pointers, "0"), "0");
  }

  #lanes(count: number, body: () => void): void {
    this.#text.line("INDEPENDENT");
    this.#text.block(`for (i32 l = 0; l < ${count}; l++)`, body);
  }

  #lane(pointers: Pointers, first: string): Surroundings {
    const strides = this.#dimensions[this.#along ?? -1]?.strides;
    const around = surroundings(pointers, strides, this.#along ?? 0, "l");
    return {
      ...around,
      index: (dimension) => (dimension === this.#along ? `(${first} + l)` : counterOf(dimension)),
    };
  }

  #take(around: Surroundings, place: string, position: string): void {
    const values = this.#body.compute(this.#text, around);
    this.#accumulators.forEach((accumulator, i) => accumulator.take(this.#text, place, values[i]!, position));
  }

  #finish(around: Surroundings, place: string): void {
    // A result alone is read by name where vectors have a counter.
    if (place !== "l") this.#text.line("const i32 l = 0;");
    const accumulator = (which: number): string => this.#accumulators[which]!.result(place);
    const results = this.#epilogue.compute(this.#text, { ...around, accumulator });
    results.forEach((result, i) => this.#text.line(`${around.read(this.#types.reads + i)} = ${result};`));
  }

  #declarePosition(): void {
    if (this.#hasPosition) this.#text.line("i32 position = 0;");
  }

  #countPosition(by: string): void {
    if (this.#hasPosition) this.#text.line(`position += ${by};`);
  }
}

/** Positions are counted in the order of the elements, so vectors may not jump over any. */
function chooseAlong({ kept, reduced, body, accumulators }: ReduceKernel, lanes: number): number | undefined {
  const dimensions = [...kept, ...reduced];
  const hasPosition = accumulators.some(({ combine }) => combine.startsWith("arg"));
  const allowed = [...dimensions.keys()].filter(
    (at) => at < kept.length || !hasPosition || at === dimensions.length - 1,
  );
  const points = reduced.reduce((product, { size }) => product * size, 1);
  const folding = (8 * accumulators.length) / points;
  return chooseLanes(dimensions, allowed, { lanes, body, used: readBy(body) }, (at) =>
    at < kept.length ? 0 : folding,
  );
}
