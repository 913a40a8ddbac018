import { byteSize, isFloat } from "../../../tensor/type.ts";
import type { Dimension, ScatterAddKernel } from "../../../ir/kernel.ts";
import { floatOperations } from "../body/float.ts";
import { integerOperations } from "../body/integer.ts";
import type { Local } from "../encode/code.ts";
import * as i32 from "../encode/opcodes/i32.ts";
import { chooseLanes } from "../../../compiler/choose-lanes.ts";
import { byteStrides, type Frame } from "./frame.ts";
import { load, store, type Elements } from "./lanes.ts";
import { nest, strip, type Span } from "./nest.ts";

/** Row after row: if its index lies inside of the axis, its columns are added to those of that place. */
export function writeScatterAdd(frame: Frame, { rows, columns, size, stride }: ScatterAddKernel): void {
  const { f, dtypes } = frame;
  const [source, index, out] = f.parameters as [Local, Local, Local];
  const spans = rows.map((dimension): Span => {
    return { size: dimension.size, moves: byteStrides(dimension, dtypes) };
  });
  const place = f.local("i32");
  nest(f, spans, f.parameters, () => {
    f.set(place, i32.load({ address: index, offset: 0 }));
    f.if(i32.lt_u(place, i32.const(size)), () => {
      f.set(place, i32.add(out, i32.mul(place, i32.const(stride * byteSize(dtypes[0]!)))));
      addColumns(frame, columns, source, place);
    });
  });
}

/** to += from, along some dimensions. */
function addColumns(frame: Frame, columns: readonly Dimension[], from: Local, to: Local): void {
  const { f, dtypes, lanes } = frame;
  const dtype = dtypes[0]!;
  const add = (isFloat(dtype) ? floatOperations[dtype] : integerOperations).add!;
  const moves = (dimension: Dimension | undefined): [number, number] => {
    const strides = dimension ? byteStrides(dimension, dtypes) : [];
    return [strides[0] ?? 0, strides[2] ?? 0];
  };
  const along = chooseLanes(columns, [...columns.keys()], { lanes, body: [], used: [0, 2] });
  const inner = columns[along ?? -1];
  const [fromStride, toStride] = moves(inner);
  const outer = columns
    .filter((_, at) => at !== along)
    .map((column) => ({ size: column.size, moves: moves(column) }));
  const sum = f.local("v128");
  nest(f, outer, [from, to], () => {
    const inside = { size: inner?.size ?? 1, lanes, unroll: 1, strides: [fromStride, toStride] };
    strip(f, inside, ({ count, at }) => {
      const elements = (stride: number): Elements => ({ dtype, lanes, count, stride });
      const place = at(to, toStride);
      f.set(
        sum,
        add(load(elements(toStride), place, 0), load(elements(fromStride), at(from, fromStride), 0)),
      );
      f.do(store(elements(toStride), place, 0, sum));
    });
  });
}
