import fc from "fast-check";
import { expect, test } from "vitest";
import { layouts, readLayouts, viewOf } from "../../../../test/views.ts";
import { copyOf, runOnWasm } from "../../../../test/wasm.ts";
import { splittable } from "../../../compiler/plan/ownership.ts";
import { hostRandom } from "../../../index.ts";
import { emitContract, emitMap, emitReduce, emitScatterAdd, type Emitted } from "../../../ir/emit.ts";
import { dimensionsOfKernel } from "../../../ir/kernel.ts";
import type { ReduceRequest } from "../../../ir/request.ts";
import { shareOf } from "../../../ir/share.ts";
import type { Buffer, View } from "../../../ir/view.ts";
import { allocate, type TypedArray } from "../../../tensor/type.ts";

/** Numbers whose sum depends on the order in which they are added. */
function randomArrays(views: readonly View[]): Map<Buffer, TypedArray> {
  const random = hostRandom(1, "parts");
  const numbers = ({ dtype, size }: Buffer): TypedArray => allocate(dtype, size).map(() => random.normal());
  return new Map(views.map(({ buffer }) => [buffer, numbers(buffer)]));
}

/** Every way to share a kernel out gives the bits of the whole. */
function expectSameBits(emitted: Emitted | undefined, arrays: ReadonlyMap<Buffer, TypedArray>): void {
  if (!emitted) return;
  const { kernel, operands } = emitted;
  for (const relaxed of [false, true]) {
    const target = { relaxed, keepsOrder: true };
    const expected = copyOf(arrays);
    runOnWasm(emitted, expected, target);
    for (const dimension of splittable(kernel)) {
      const { size } = dimensionsOfKernel(kernel)[dimension]!;
      for (const grain of [1, 3, 16]) {
        if (grain >= size) continue;
        const found = copyOf(arrays);
        for (const thread of [2, 1, 0]) {
          const share = shareOf(kernel, { dimension, grain }, thread, 3);
          if (!share) continue;
          const further = operands.map((view, i) => ({ ...view, offset: view.offset + share.offsets[i]! }));
          runOnWasm({ kernel: share.kernel, operands: further }, found, target, kernel);
        }
        for (const buffer of arrays.keys()) expect(found.get(buffer)).toEqual(expected.get(buffer));
      }
    }
  }
}

const float = fc.constantFrom("f32", "f64");
const size = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 17, 40);
const layout = fc.constantFrom("compact", "transposed");

test("a share of a product has the bits of the whole", () => {
  const depth = fc.constantFrom(1, 3, 8, 33, 200, 1030);
  fc.assert(
    fc.property(float, size, size, depth, layout, layout, layout, (dtype, m, n, k, ofA, ofB, ofOut) => {
      const [a, b] = [layouts[ofA]!(dtype, [m, k]), layouts[ofB]!(dtype, [k, n])];
      const out = layouts[ofOut]!(dtype, [m, n]);
      const emitted = emitContract({ a, b, out, letters: { a: "mk", b: "kn", out: "mn" } });
      expectSameBits(emitted, randomArrays([a, b, out]));
    }),
    { numRuns: 40 },
  );
});

test.each(Object.keys(readLayouts))("a share of a sum has the bits of the whole, %s", (how) => {
  for (const dtype of ["f32", "f64"] as const) {
    for (const kept of [2, 4, 9]) {
      const shape = [3, 40, kept];
      for (const axes of [[0], [1], [0, 1]]) {
        const from = readLayouts[how]!(dtype, shape);
        const write = viewOf(
          dtype,
          shape.map((n, axis) => (axes.includes(axis) ? 1 : n)),
        );
        // The more there is to compute for every number, the more it matters how many lanes are in use.
        const body: ReduceRequest["body"] = (s, x) => s.sqrt(s.abs(s.multiply(s.add(x, x), x)));
        const emitted = emitReduce({ reads: [from], axes, combine: "sum", write, body });
        expectSameBits(emitted, randomArrays([from, write]));
      }
    }
  }
});

test("a share of a map counts from where it begins", () => {
  fc.assert(
    fc.property(size, size, layout, (x, y, how) => {
      const [from, write] = [layouts[how]!("f32", [x, y]), viewOf("f32", [x, y])];
      const emitted = emitMap({
        reads: [from],
        writes: [write],
        body: (s, [read]) => [
          s.add(read!, s.cast(s.add(s.multiply(s.index(0), s.constant("i32", 100)), s.index(1)), "f32")),
        ],
      });
      expectSameBits(emitted, randomArrays([from, write]));
    }),
    { numRuns: 20 },
  );
});

test("a share of what is added to rows has the bits of the whole", () => {
  const source = viewOf("f32", [9, 40], "source");
  const index = viewOf("i32", [9], "index");
  const out = viewOf("f32", [4, 40], "out");
  const arrays = randomArrays([source, out]).set(index.buffer, Int32Array.of(0, 2, 2, 9, 1, 0, -1, 3, 2));
  expectSameBits(emitScatterAdd({ source, index, out, axis: 0, outAxes: [undefined, 1] }), arrays);
});
