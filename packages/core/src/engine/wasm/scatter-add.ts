import { isFloat } from "../../tensor/type.ts";
import { byteSize } from "../../compiler/byte-size.ts";
import type { ScatterAddKernel } from "../../ir/kernel.ts";
import type { Local } from "./code.ts";
import { chooseLanes } from "./choose-lanes.ts";
import { floatOperations } from "./float.ts";
import { byteStrides, type Frame } from "./frame.ts";
import { integerOperations } from "./integer.ts";
import { load, store, type Elements } from "./lanes.ts";
import { nest, strip } from "./nest.ts";
import * as i32 from "./opcodes/i32.ts";

/** Row after row: if its index lies inside of the axis, its columns are added to those of that place. */
export function writeScatterAdd(frame: Frame, { rows, columns, size, stride }: ScatterAddKernel): void {
  const { f, dtypes, lanes } = frame;
  const dtype = dtypes[0]!;
  const add = (isFloat(dtype) ? floatOperations[dtype] : integerOperations).add!;
  const [source, index, out] = f.parameters as [Local, Local, Local];
  const along = chooseLanes(columns, [...columns.keys()], { dtypes, lanes, body: [], used: [0, 2] });
  const strides = along === undefined ? [0, 0, 0] : byteStrides(columns[along]!, dtypes);
  const span = (dimension: ScatterAddKernel["rows"][number]): { size: number; moves: number[] } => ({
    size: dimension.size,
    moves: byteStrides(dimension, dtypes),
  });
  const outer = columns.filter((_, at) => at !== along).map(span);
  const place = f.local("i32");
  const elements = (operand: number, count: number): Elements => ({
    dtype,
    lanes,
    count,
    stride: strides[operand]!,
  });
  const sum = f.local("v128");
  nest(f, rows.map(span), f.parameters, () => {
    f.set(place, i32.load({ address: index, offset: 0 }));
    f.if(i32.lt_u(place, i32.const(size)), () => {
      f.set(place, i32.add(out, i32.mul(place, i32.const(stride * byteSize(dtype)))));
      nest(
        f,
        outer.map(({ size: turns, moves }) => ({ size: turns, moves: [moves[0]!, moves[2]!] })),
        [source, place],
        () => {
          strip(
            f,
            { size: columns[along ?? -1]?.size ?? 1, lanes, unroll: 1, strides: [strides[0]!, strides[2]!] },
            (turn) => {
              const from = load(elements(0, turn.count), turn.at(source, strides[0]!), 0);
              const to = turn.at(place, strides[2]!);
              f.set(sum, add(load(elements(2, turn.count), to, 0), from));
              f.do(store(elements(2, turn.count), to, 0, sum));
            },
          );
        },
      );
    });
  });
}
