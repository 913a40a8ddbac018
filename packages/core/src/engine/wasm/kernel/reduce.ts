import { dtypesOf } from "../../../ir/instruction.ts";
import type { ReduceKernel } from "../../../ir/kernel.ts";
import type { Local } from "../encode/code.ts";
import { accumulatorDType, accumulatorOf, type Accumulator } from "./accumulator.ts";
import { BodyWriter } from "../body/body.ts";
import { chooseLanes } from "../../../compiler/choose-lanes.ts";
import { byteStrides, type Frame } from "./frame.ts";
import { nest, strip, type Span, type Turn } from "./nest.ts";
import * as i32 from "../encode/opcodes/i32.ts";
import * as i32x4 from "../encode/opcodes/i32x4.ts";
import { Operands } from "./operands.ts";
import { countersFor, isSharedAlong } from "./point.ts";

/**
 * A reduction: lanes along a kept dimension hold different results, along a reduced one parts of the same. Which it is
 * depends on the whole of which this may be a share.
 */
export function writeReduce(frame: Frame, kernel: ReduceKernel, whole: ReduceKernel): void {
  new ReduceWriter(frame, kernel, chooseAlong(frame, whole)).write();
}

/** Instructions below which several accumulators side by side pay: they would wait for each other's sums otherwise. */
const cheap = 8;

/** A point of the reduction by itself. */
const onePoint: Turn = { vectors: 1, count: 1, at: (address) => address };

class ReduceWriter {
  readonly #frame: Frame;
  readonly #kernel: ReduceKernel;
  readonly #along: number | undefined;
  readonly #strides: readonly number[];
  readonly #counters: ReadonlyMap<number, Local>;
  readonly #operands: Operands;
  readonly #body: BodyWriter;
  readonly #epilogue: BodyWriter;
  /** Counts reduced points, where a position is asked for. */
  readonly #position: Local | undefined;

  constructor(frame: Frame, kernel: ReduceKernel, lanesAlong: number | undefined) {
    const { f, dtypes } = frame;
    const { kept, reduced, body, accumulators, epilogue, writes } = kernel;
    this.#frame = frame;
    this.#kernel = kernel;
    this.#along = lanesAlong;
    const along = [...kept, ...reduced][this.#along ?? -1];
    this.#strides = along ? byteStrides(along, dtypes) : dtypes.map(() => 0);
    this.#counters = countersFor(f, [body, epilogue]);
    this.#position = accumulators.some(({ combine }) => combine.startsWith("arg"))
      ? f.local("i32")
      : undefined;
    const lane = { dimension: this.#along, strides: this.#strides };
    const operands = new Operands(frame, f.parameters, lane, this.#counters);
    this.#operands = operands;
    const values = dtypesOf(body, dtypes);
    const taken = accumulators.map(({ of }) => of);
    this.#body = new BodyWriter({ ...frame, operands: dtypes }, body, taken, {
      isShared: isSharedAlong(this.#along, this.#strides),
      locate: (i, index) => operands.locate(i, index),
    });
    const results = accumulators.map(({ combine, of }) => accumulatorDType(combine, values[of]!));
    this.#epilogue = new BodyWriter({ ...frame, operands: dtypes, accumulators: results }, epilogue, writes, {
      isShared: () => false,
      locate: (i, index) => operands.locate(i, index),
    });
  }

  write(): void {
    const { kept } = this.#kernel;
    const isKept = this.#along !== undefined && this.#along < kept.length;
    nest(this.#frame.f, this.#spans(0, kept.length), this.#frame.f.parameters, () => {
      if (isKept) this.#writeKept();
      else this.#writeReduced();
    });
  }

  /** The loops over some dimensions, without that of the lanes. */
  #spans(from: number, to: number): Span[] {
    const { kept, reduced } = this.#kernel;
    return [...kept, ...reduced].flatMap((dimension, at) =>
      at < from || at >= to || at === this.#along
        ? []
        : [
            {
              size: dimension.size,
              moves: byteStrides(dimension, this.#frame.dtypes),
              counter: this.#counters.get(at),
            },
          ],
    );
  }

  #accumulators(): Accumulator[] {
    const values = dtypesOf(this.#kernel.body, this.#frame.dtypes);
    return this.#kernel.accumulators.map(({ combine, of }) =>
      accumulatorOf(this.#frame, combine, values[of]!),
    );
  }

  /** Every lane has a result of its own. */
  #writeKept(): void {
    const { f, lanes } = this.#frame;
    const { kept, reduced, accumulators } = this.#kernel;
    const unroll = this.#isCheap ? Math.max(1, Math.floor(8 / accumulators.length)) : 1;
    const counter = this.#counters.get(this.#along!);
    const size = kept[this.#along!]!.size;
    strip(f, { size, lanes, unroll, strides: this.#strides, counter }, (turn) => {
      const running = Array.from({ length: turn.vectors }, () => this.#accumulators());
      this.#start(running);
      nest(f, this.#spans(kept.length, kept.length + reduced.length), f.parameters, () => {
        this.#body.share(this.#operands.shared);
        this.#take(turn, running);
        this.#body.release();
      });
      running.forEach((own, vector) => this.#finish(turn, vector, own));
      for (const own of running.flat()) own.free();
    });
  }

  /** The lanes have parts of one result, which is put together in the end. */
  #writeReduced(): void {
    const { f, lanes } = this.#frame;
    const { kept, reduced, accumulators } = this.#kernel;
    const unroll = this.#isCheap && !this.#position ? Math.max(1, Math.floor(4 / accumulators.length)) : 1;
    const size = [...kept, ...reduced][this.#along ?? -1]?.size ?? 1;
    const chains = Math.min(unroll, Math.max(1, Math.floor(size / lanes)));
    const running = Array.from({ length: chains }, () => this.#accumulators());
    this.#start(running);
    const inside = {
      size,
      lanes,
      unroll: chains,
      strides: this.#strides,
      counter: this.#counters.get(this.#along ?? -1),
    };
    nest(f, this.#spans(kept.length, kept.length + reduced.length), f.parameters, () => {
      this.#body.share(this.#operands.shared);
      strip(f, inside, (turn) => this.#take(turn, running));
      this.#body.release();
    });
    const [all, ...others] = running as [Accumulator[], ...Accumulator[][]];
    for (const other of others) all.forEach((accumulator, i) => accumulator.join(other[i]!));
    if (this.#along !== undefined) for (const accumulator of all) accumulator.fold();
    this.#finish(onePoint, 0, all);
    for (const accumulator of running.flat()) accumulator.free();
  }

  get #isCheap(): boolean {
    return this.#kernel.body.length <= cheap;
  }

  #start(running: readonly (readonly Accumulator[])[]): void {
    for (const accumulator of running.flat()) accumulator.start();
    if (this.#position) this.#frame.f.set(this.#position, i32.const(0));
  }

  #take(turn: Turn, running: readonly (readonly Accumulator[])[]): void {
    const { emission, f } = this.#frame;
    const isKept = this.#along !== undefined && this.#along < this.#kernel.kept.length;
    const first = this.#position ? i32x4.splat(this.#position) : [];
    const position =
      isKept || !this.#position ? first : i32x4.add(first, emission.constants.i32([0, 1, 2, 3]));
    for (let vector = 0; vector < turn.vectors; vector++) {
      this.#body.compute(turn.count, this.#operands.vector(turn, vector), (values) => {
        running[vector]!.forEach((accumulator, i) => {
          accumulator.take(values[i]!, isKept ? this.#frame.lanes : turn.count, position);
        });
      });
    }
    if (this.#position) f.advance(this.#position, isKept ? 1 : turn.count);
  }

  #finish(turn: Turn, vector: number, accumulators: readonly Accumulator[]): void {
    const values = accumulators.map(({ value }) => value);
    const firstWrite = this.#frame.dtypes.length - this.#kernel.writes.length;
    this.#epilogue.compute(turn.count, this.#operands.vector(turn, vector, values), (results) => {
      results.forEach((result, i) => this.#operands.store(firstWrite + i, turn, vector, result));
    });
  }
}

/** Positions are counted in the order of the elements, so lanes may not jump over any. */
function chooseAlong(
  { lanes }: Frame,
  { kept, reduced, body, accumulators }: ReduceKernel,
): number | undefined {
  const dimensions = [...kept, ...reduced];
  const hasPosition = accumulators.some(({ combine }) => combine.startsWith("arg"));
  const allowed = [...dimensions.keys()].filter(
    (at) => at < kept.length || !hasPosition || at === dimensions.length - 1,
  );
  const used = [...new Set(body.flatMap((i) => (i.op === "read" || i.op === "readAt" ? [i.operand] : [])))];
  const points = reduced.reduce((product, { size }) => product * size, 1);
  const folding = (8 * accumulators.length) / points;
  return chooseLanes(dimensions, allowed, { lanes, body, used }, (at) => (at < kept.length ? 0 : folding));
}
