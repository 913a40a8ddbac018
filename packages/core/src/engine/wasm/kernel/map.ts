import { kernelKey, type Dimension, type MapKernel } from "../../../ir/kernel.ts";
import { BodyWriter } from "../body/body.ts";
import { chooseLanes } from "../../../compiler/choose-lanes.ts";
import type { Callee } from "../encode/code.ts";
import type { Emission } from "../emission.ts";
import { byteStrides, frameOf, type Frame } from "./frame.ts";
import { nest, strip } from "./nest.ts";
import { Operands } from "./operands.ts";
import { countersFor, isSharedAlong } from "./point.ts";

/** A function for a map by itself. */
export const mapFunction = (emission: Emission, kernel: MapKernel): Callee =>
  emission.module.shared(`map ${kernelKey(kernel)}`, () =>
    emission.module.function(
      kernel.dtypes.map(() => "i32"),
      [],
      (f) => writeMap(frameOf(f, emission, kernel.dtypes, [kernel.body]), kernel),
    ),
  );

/** All points of a map: the dimension of the lanes innermost, the others around it. */
export function writeMap(frame: Frame, { dimensions, body, writes }: MapKernel): void {
  const { f, dtypes, lanes } = frame;
  const along = chooseLanes(dimensions, [...dimensions.keys()], {
    lanes,
    body,
    used: [...dtypes.keys()],
  });
  const inner = dimensions[along ?? -1] ?? { size: 1, strides: dtypes.map(() => 0) };
  const strides = byteStrides(inner, dtypes);
  const counters = countersFor(f, [body]);
  const operands = new Operands(frame, f.parameters, { dimension: along, strides }, counters);
  const writer = new BodyWriter({ ...frame, operands: dtypes }, body, writes, {
    isShared: isSharedAlong(along, strides),
    locate: (i, index) => operands.locate(i, index),
  });
  const firstWrite = dtypes.length - writes.length;
  const outer = inOrder(
    dimensions,
    firstWrite,
    [...dimensions.keys()].filter((at) => at !== along),
  ).map((at) => ({
    size: dimensions[at]!.size,
    moves: byteStrides(dimensions[at]!, dtypes),
    counter: counters.get(at),
  }));
  nest(f, outer, f.parameters, () => {
    writer.share(operands.shared);
    const inside = { size: inner.size, lanes, unroll: 1, strides, counter: counters.get(along ?? -1) };
    strip(f, inside, (turn) => {
      writer.compute(turn.count, operands.vector(turn, 0), (results) => {
        results.forEach((result, i) => operands.store(firstWrite + i, turn, 0, result));
      });
    });
    writer.release();
  });
}

/**
 * Dimensions in the order in which what is written lies in memory: writing panels side by side row by row, rows that
 * are 4 KiB apart, takes six times as long as panel by panel.
 */
function inOrder(dimensions: readonly Dimension[], firstWrite: number, which: readonly number[]): number[] {
  const distance = (at: number): number => {
    const strides = dimensions[at]!.strides.map(Math.abs);
    return Math.max(...strides.slice(firstWrite));
  };
  return which.toSorted((x, y) => distance(y) - distance(x));
}
