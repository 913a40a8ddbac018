import { fromArray, reference, type Engine, type Tensor } from "@unroll/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wrongValue } from "./check-value.ts";
import { samples } from "./index.ts";
import { expectedOf, type Sample } from "./sample.ts";

const engine = reference();

/** An engine that changes what another one gives. */
const broken = (change: (x: Tensor) => Tensor): Engine => ({
  ...engine,
  load(program) {
    const right = engine.load(program);
    return { ...right, run: (inputs) => right.run(inputs).map(change) };
  },
});

/** One element is off by a thousandth, or by one where numbers are whole. */
const off = broken((x) => {
  const isFloat = x.type.dtype === "f32" || x.type.dtype === "f64";
  const data = x.data.slice();
  const at = data.findIndex(Number.isFinite);
  if (at >= 0) data[at] = isFloat ? data[at]! + 0.001 * (1 + Math.abs(data[at]!)) : data[at]! ^ 1;
  return fromArray(x.type, data);
});

const transposed = broken((x) => fromArray({ dtype: x.type.dtype, shape: x.shape.toReversed() }, x.data));

describe("wrongValue", () => {
  test.each(Object.entries<Sample>(samples))(
    "finds an element of %s that is a little off",
    (_, { cases, dtypes }) => {
      for (const dtype of dtypes) {
        const drawn = fc.sample(cases(dtype), { numRuns: 20, seed: 1 });
        const filled = drawn.filter((one) =>
          expectedOf(one).some(({ value }) => value.data.some(Number.isFinite)),
        );
        expect(filled.length).toBeGreaterThan(0);
        for (const one of filled) expect(wrongValue(one, off)).toContain("should be");
      }
    },
  );

  test("finds a wrong shape, and says what it should be", () => {
    const [one] = fc.sample(
      samples.transpose.cases("f32").filter(({ inputs }) => {
        const [rows, columns] = inputs[0]!.shape;
        return inputs[0]!.shape.length === 2 && rows !== columns;
      }),
      { numRuns: 1, seed: 1 },
    );
    expect(wrongValue(one!, transposed)).toMatch(
      /^result 0 is f32\[\d, \d\], and the graph says f32\[\d, \d\]$/,
    );
    expect(wrongValue(one!, engine)).toBeUndefined();
  });
});
