import type { Dimension, MapKernel } from "@unroll/core/engine";
import { counterOf, moved, nest, type OperandTypes, type Pointers, type Span } from "./nest.ts";
import type { Text } from "./text.ts";

/** Rows and columns of a block that is turned at once: what it reads and what it writes stay in the first cache. */
const side = 16;

/** The dimensions along which neighbours are read and written. */
function sides({ dimensions }: MapKernel): readonly [read: number, written: number] | undefined {
  const read = dimensions.findIndex(({ strides }) => strides[0] === 1);
  const written = dimensions.findIndex(({ strides }) => strides[1] === 1);
  return read >= 0 && written >= 0 && read !== written ? [read, written] : undefined;
}

/** Whether a map only copies, and what are neighbours where it reads are none where it writes. */
export function isTransposition(kernel: MapKernel): boolean {
  const { body, dtypes } = kernel;
  if (body.length !== 1 || body[0]!.op !== "read" || dtypes.length !== 2) return false;
  const found = sides(kernel);
  return found !== undefined && found.every((at) => kernel.dimensions[at]!.size >= side);
}

/** A copy block by block, so that every line of memory is touched once. */
export function printTransposition(text: Text, kernel: MapKernel, names: Pointers): void {
  const { dimensions, dtypes } = kernel;
  const types: OperandTypes = { dtypes, reads: 1 };
  const [read, written] = sides(kernel)!;
  const others = dimensions.flatMap((dimension, place): Span[] =>
    place === read || place === written ? [] : [{ dimension, place }],
  );
  nest(text, types, others, names, (pointers) => {
    blocks(text, types, dimensions[read]!, read, pointers, (rows, fromRows) => {
      blocks(text, types, dimensions[written]!, written, fromRows, (columns, [from, to]) => {
        const [i, j] = [counterOf(read), counterOf(written)];
        text.block(`for (i32 ${j} = 0; ${j} < ${columns}; ${j}++)`, () => {
          const source = `${from}[${i} + (i64)${j} * ${dimensions[written]!.strides[0]}]`;
          const target = `${to}[(i64)${i} * ${dimensions[read]!.strides[1]} + ${j}]`;
          text.block(`for (i32 ${i} = 0; ${i} < ${rows}; ${i}++)`, () => text.line(`${target} = ${source};`));
        });
      });
    });
  });
}

/** All blocks along a dimension: the full ones in a loop, then what is left. */
function blocks(
  text: Text,
  types: OperandTypes,
  { size, strides }: Dimension,
  place: number,
  pointers: Pointers,
  body: (count: number, pointers: Pointers) => void,
): void {
  const counter = `b${place}`;
  const full = size - (size % side);
  text.block(`for (i32 ${counter} = 0; ${counter} < ${full}; ${counter} += ${side})`, () =>
    body(side, moved(text, types, pointers, strides, counter, `_b${place}`)),
  );
  if (full < size)
    text.block("", () =>
      body(size % side, moved(text, types, pointers, strides, String(full), `_b${place}`)),
    );
}
