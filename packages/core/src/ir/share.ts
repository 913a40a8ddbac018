import { mapReferences, type Body, type Instruction, type Reference } from "./instruction.ts";
import { dimensionsOfKernel, type Dimension, type Kernel } from "./kernel.ts";
import type { Split } from "./program.ts";

/** What one of several threads does of a call: a smaller kernel, on operands that are further on. */
export interface Share {
  readonly kernel: Kernel;
  /** By how many elements each operand is further on. */
  readonly offsets: readonly number[];
}

/** The share of a thread; undefined if there is nothing for it to do. Shares are as even as whole runs can be. */
export function shareOf(kernel: Kernel, split: Split, thread: number, threads: number): Share | undefined {
  if (split === "first") return thread === 0 ? { kernel, offsets: kernel.dtypes.map(() => 0) } : undefined;
  const { size, strides } = dimensionsOfKernel(kernel)[split.dimension]!;
  const runs = Math.ceil(size / split.grain);
  const begin = (t: number): number => Math.min(size, Math.floor((t * runs) / threads) * split.grain);
  const [start, end] = [begin(thread), begin(thread + 1)];
  if (start === end) return undefined;
  return {
    kernel: shifted(narrowed(kernel, split.dimension, end - start), split.dimension, start),
    offsets: strides.map((stride) => start * stride),
  };
}

/** The kernel with one of its dimensions made smaller. */
function narrowed(kernel: Kernel, dimension: number, size: number): Kernel {
  let at = 0;
  const narrow = (dimensions: readonly Dimension[]): readonly Dimension[] =>
    dimensions.map((d) => (at++ === dimension ? { ...d, size } : d));
  switch (kernel.form) {
    case "map":
      return { ...kernel, dimensions: narrow(kernel.dimensions) };
    case "reduce":
      return { ...kernel, kept: narrow(kernel.kept), reduced: narrow(kernel.reduced) };
    case "contract":
      return {
        ...kernel,
        batch: narrow(kernel.batch),
        m: narrow(kernel.m),
        n: narrow(kernel.n),
        k: narrow(kernel.k),
      };
    case "scatterAdd":
      return { ...kernel, rows: narrow(kernel.rows), columns: narrow(kernel.columns) };
  }
}

/** The kernel whose bodies count one of the dimensions from `start`. */
function shifted(kernel: Kernel, dimension: number, start: number): Kernel {
  if (start === 0 || kernel.form === "contract" || kernel.form === "scatterAdd") return kernel;
  const [body, at] = shiftedBody(kernel.body, dimension, start);
  if (kernel.form === "map") return { ...kernel, body, writes: kernel.writes.map(at) };
  const [epilogue, atEnd] = shiftedBody(kernel.epilogue, dimension, start);
  const accumulators = kernel.accumulators.map(({ combine, of }) => ({ combine, of: at(of) }));
  return { ...kernel, body, accumulators, epilogue, writes: kernel.writes.map(atEnd) };
}

/** The body, and where its values are now. */
function shiftedBody(
  body: Body,
  dimension: number,
  start: number,
): readonly [Body, (at: Reference) => Reference] {
  const instructions: Instruction[] = [];
  const places: Reference[] = [];
  const at = (reference: Reference): Reference => places[reference]!;
  for (const instruction of body) {
    let place = instructions.push(mapReferences(instruction, at)) - 1;
    if (instruction.op === "index" && instruction.dimension === dimension) {
      const by = instructions.push({ op: "constant", dtype: "i32", value: start }) - 1;
      place = instructions.push({ op: "add", x: place, y: by }) - 1;
    }
    places.push(place);
  }
  return [instructions, at];
}
