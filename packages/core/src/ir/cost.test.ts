import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coordinatesOf, layouts, viewOf } from "../../test/views.ts";
import { bytesOf, costOf, operationsOf, type Cost } from "./cost.ts";
import {
  emitContract,
  emitCopy,
  emitFill,
  emitMap,
  emitReduce,
  emitScatterAdd,
  type Emitted,
} from "./emit.ts";
import { dimensionsOfKernel } from "./kernel.ts";
import { broadcastView, insertAxis } from "./view.ts";

const f32 = (...shape: number[]) => viewOf("f32", shape);
const i32 = (...shape: number[]) => viewOf("i32", shape);
const cost = (emitted: Emitted | undefined): Cost => costOf(emitted!.kernel);

const letters = { a: "mk", b: "kn", out: "mn" };

describe("a contraction", () => {
  test("multiplies and adds once for every row, column and depth", () => {
    const [a, b, out] = [f32(2, 5), f32(5, 3), f32(2, 3)];
    const counted = cost(emitContract({ a, b, out, letters }));
    expect(counted).toEqual({
      multiplyAdds: 2 * 3 * 5,
      operations: 0,
      bytesRead: 4 * (10 + 15),
      bytesWritten: 4 * 6,
    });
    expect(operationsOf(counted)).toBe(60);
    expect(bytesOf(counted)).toBe(4 * (10 + 15 + 6));
  });

  test("also reads what it starts from, and batches count", () => {
    const [a, b, out] = [viewOf("f64", [7, 2, 5]), viewOf("f64", [7, 5, 3]), viewOf("f64", [7, 2, 3])];
    const batched = { a: "bmk", b: "bkn", out: "bmn" };
    expect(cost(emitContract({ a, b, out, init: out, letters: batched }))).toEqual({
      multiplyAdds: 7 * 30,
      operations: 0,
      bytesRead: 8 * 7 * (10 + 15 + 6),
      bytesWritten: 8 * 7 * 6,
    });
  });
});

describe("a map", () => {
  test("computes its body at every point; reading, constants and coordinates are no operations", () => {
    const emitted = emitMap({
      reads: [f32(4, 3), f32(4, 3)],
      writes: [f32(4, 3)],
      body: (s, [x, y]) => [s.add(s.multiply(x!, s.constant("f32", 2)), s.tanh(y!))],
    });
    expect(cost(emitted)).toEqual({ multiplyAdds: 0, operations: 3 * 12, bytesRead: 96, bytesWritten: 48 });
  });

  test("that multiplies and adds in one instruction does two operations", () => {
    const body = { reads: [f32(3)], writes: [f32(3)] };
    const fused = cost(emitMap({ ...body, body: (s, [x]) => [s.fma(x!, x!, x!)] }));
    expect(fused).toMatchObject({ multiplyAdds: 3, operations: 0 });
    expect(operationsOf(fused)).toBe(6);
  });

  test("that copies or fills computes nothing", () => {
    expect(cost(emitCopy(f32(5), f32(5)))).toEqual({
      multiplyAdds: 0,
      operations: 0,
      bytesRead: 20,
      bytesWritten: 20,
    });
    expect(cost(emitFill(f32(5), 1))).toMatchObject({ operations: 0, bytesRead: 0, bytesWritten: 20 });
  });

  test("reads what repeats once", () => {
    const row = broadcastView(f32(3), [100, 3]);
    expect(cost(emitCopy(row, f32(100, 3)))).toMatchObject({ bytesRead: 12, bytesWritten: 1200 });
  });

  test("reads of a table as many rows as there are indices, and no more than it has", () => {
    const gather = (rows: number, indices: number): Cost =>
      cost(
        emitMap({
          reads: [insertAxis(i32(indices), 1, 4)],
          tables: [{ view: f32(rows, 4), axis: 0 }],
          writes: [f32(indices, 4)],
          body: (_, [at], [table]) => [table!(at!)],
        }),
      );
    expect(gather(1000, 7).bytesRead).toBe(4 * (7 + 7 * 4));
    expect(gather(2, 7).bytesRead).toBe(4 * (7 + 2 * 4));
  });
});

describe("a reduction", () => {
  test("combines once for every point, and finishes once for every point that is kept", () => {
    const emitted = emitReduce({
      reads: [f32(6, 5)],
      axes: [1],
      combine: "sum",
      write: f32(6, 1),
      body: (s, x) => s.exp(x),
      epilogue: (s, total) => s.divide(s.log(total), s.constant("f32", 5)),
    });
    expect(cost(emitted)).toEqual({
      multiplyAdds: 0,
      operations: 2 * 30 + 2 * 6,
      bytesRead: 120,
      bytesWritten: 24,
    });
  });
});

describe("scatterAdd", () => {
  test("adds every element, and reads and writes the rows that it adds to", () => {
    const scatter = (rows: number, size: number): Cost =>
      cost(
        emitScatterAdd({
          source: f32(rows, 4),
          index: i32(rows),
          out: f32(size, 4),
          axis: 0,
          outAxes: [undefined, 1],
        }),
      );
    expect(scatter(7, 1000)).toEqual({
      multiplyAdds: 0,
      operations: 28,
      bytesRead: 4 * (28 + 7 + 28),
      bytesWritten: 4 * 28,
    });
    expect(scatter(7, 2)).toMatchObject({ bytesRead: 4 * (28 + 7 + 8), bytesWritten: 4 * 8 });
  });
});

test("elements are those that the plainest loops touch, however the operands lie", () => {
  const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });
  const layout = fc.constantFrom(...Object.keys(layouts));
  fc.assert(
    fc.property(shape, layout, fc.nat(2), (sizes, name, repeated) => {
      const axis = Math.min(repeated, sizes.length - 1);
      const from = broadcastView(layouts[name]!("f32", sizes.with(axis, 1)), sizes);
      const { kernel } = emitCopy(from, f32(...sizes))!;
      const dimensions = dimensionsOfKernel(kernel);
      const touched = coordinatesOf(dimensions.map(({ size }) => size)).map((at) =>
        at.reduce((address, coordinate, i) => address + coordinate * dimensions[i]!.strides[0]!, 0),
      );
      expect(costOf(kernel).bytesRead).toBe(4 * new Set(touched).size);
    }),
  );
});
