import type { MapKernel } from "../../ir/kernel.ts";
import { BodyWriter } from "./body.ts";
import { chooseLanes } from "./choose-lanes.ts";
import { byteStrides, type Frame } from "./frame.ts";
import { nest, strip } from "./nest.ts";
import { Operands } from "./operands.ts";
import { countersFor, isSharedAlong } from "./point.ts";

/** All points of a map: the dimension of the lanes innermost, the others around it in their order. */
export function writeMap(frame: Frame, { dimensions, body, writes }: MapKernel): void {
  const { f, dtypes, lanes } = frame;
  const along = chooseLanes(dimensions, [...dimensions.keys()], {
    dtypes,
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
  const outer = dimensions.flatMap((dimension, at) =>
    at === along
      ? []
      : [{ size: dimension.size, moves: byteStrides(dimension, dtypes), counter: counters.get(at) }],
  );
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
