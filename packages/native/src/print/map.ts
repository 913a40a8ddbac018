import { chooseLanes, type MapKernel } from "@unroll/core/engine";
import { BodyPrinter, type Surroundings } from "./body.ts";
import { isSharedAlong, readBy } from "./lanes.ts";
import {
  counterOf,
  element,
  loopOver,
  nest,
  parametersOf,
  times,
  type OperandTypes,
  type Pointers,
} from "./nest.ts";
import { lanesOfAll, type Target } from "./target.ts";
import type { Text } from "./text.ts";
import { isTransposition, printTransposition } from "./transposition.ts";

/** A map: loops, and in the innermost one the body, once for every point. Its points are independent. */
export function printMap(text: Text, name: string, kernel: MapKernel, target: Target): void {
  const { dtypes, dimensions, body, writes } = kernel;
  const reads = dtypes.length - writes.length;
  const types: OperandTypes = { dtypes, reads };
  const { list, names } = parametersOf(types);
  text.block(`KERNEL void ${name}(${list})`, () => {
    if (isTransposition(kernel)) {
      printTransposition(text, kernel, names);
      return;
    }
    const used = [...readBy(body), ...writes.map((_, i) => reads + i)];
    const along = chooseLanes(dimensions, [...dimensions.keys()], {
      lanes: lanesOfAll(target, dtypes),
      body,
      used,
    });
    const printer = new BodyPrinter(body, writes, {
      operands: dtypes,
      isShared: isSharedAlong(dimensions, along),
    });
    const outer = dimensions.flatMap((dimension, place) => (place === along ? [] : [{ dimension, place }]));
    nest(text, types, outer, names, (pointers) => {
      const around = surroundings(pointers, dimensions[along ?? -1]?.strides, along ?? 0);
      printer.share(text, around);
      loopOver(text, along ?? 0, dimensions[along ?? -1]?.size, () => {
        const results = printer.compute(text, around);
        results.forEach((result, i) => text.line(`${around.read(reads + i)} = ${result};`));
      });
    });
  });
}

/** What lies around a point of a loop along some dimension. */
export function surroundings(
  pointers: Pointers,
  strides: readonly number[] | undefined,
  along: number,
  counter: string = counterOf(along),
): Surroundings {
  const strideOf = (operand: number): number => strides?.[operand] ?? 0;
  return {
    read: (operand) => element(pointers[operand]!, strideOf(operand), counter),
    readAt: (operand, further) =>
      strideOf(operand) === 0
        ? `${pointers[operand]}[${further}]`
        : `${pointers[operand]}[${times(counter, strideOf(operand))} + ${further}]`,
    index: (dimension) => counterOf(dimension),
    accumulator: (which) => `a${which}`,
  };
}
