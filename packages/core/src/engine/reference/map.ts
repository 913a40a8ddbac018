import type { TypedArray } from "../../tensor/type.ts";
import type { MapKernel } from "../../ir/kernel.ts";
import { prepareBody } from "./body.ts";
import type { PreparedKernel } from "./kernel.ts";
import { eachRun, pointAt, type Run } from "./points.ts";

export function prepareMap({ dtypes, dimensions, body, writes }: MapKernel): PreparedKernel {
  const evaluate = prepareBody(body, dtypes);
  const firstWrite = dtypes.length - writes.length;
  return (addresses, around) => {
    eachRun(dimensions, pointAt(addresses), (run) => {
      const registers = evaluate(run, around);
      writes.forEach((value, i) =>
        write(around.memory[firstWrite + i]!, registers[value]!, run, firstWrite + i),
      );
    });
  };
}

function write(to: TypedArray, from: TypedArray, { at, start, count, strides }: Run, operand: number): void {
  const stride = strides[operand]!;
  const first = at.addresses[operand]! + start * stride;
  for (let i = 0; i < count; i++) to[first + i * stride] = from[i]!;
}
