import { chooseLanes, type ScatterAddKernel } from "@unroll/core/engine";
import { typeName } from "./names.ts";
import { loopOver, nest, parametersOf, type OperandTypes } from "./nest.ts";
import { surroundings } from "./map.ts";
import { lanesOfAll, type Target } from "./target.ts";
import type { Text } from "./text.ts";

/** Row after row: if its index lies inside of the axis, its columns are added to those of that place. */
export function printScatterAdd(text: Text, name: string, kernel: ScatterAddKernel, target: Target): void {
  const { dtypes, rows, columns, size, stride } = kernel;
  const types: OperandTypes = { dtypes, reads: 2 };
  const { list, names } = parametersOf(types);
  const along = chooseLanes(columns, [...columns.keys()], {
    lanes: lanesOfAll(target, dtypes),
    body: [],
    used: [0, 2],
  });
  const outer = columns.flatMap((dimension, i) =>
    i === along ? [] : [{ dimension, place: rows.length + i }],
  );
  const spans = rows.map((dimension, place) => ({ dimension, place }));
  text.block(`KERNEL void ${name}(${list})`, () => {
    nest(text, types, spans, names, ([source, indices, out]) => {
      text.line(`const i32 at = *${indices};`);
      text.block(`if ((u32)at < ${size}u)`, () => {
        text.line(`${typeName(dtypes[2]!)} *row = ${out} + (i64)at * ${stride};`);
        nest(text, types, outer, [source!, indices!, "row"], (pointers) => {
          const place = rows.length + (along ?? 0);
          const around = surroundings(pointers, columns[along ?? -1]?.strides, place);
          const add = `${around.read(2)} = ${typeName(dtypes[2]!)}_add(${around.read(2)}, ${around.read(0)});`;
          loopOver(text, place, columns[along ?? -1]?.size, () => text.line(add));
        });
      });
    });
  });
}
