import { mul, tensor, type Tensor, type Value } from "@unroll/core";
import { lstm } from "@unroll/layers";
import { expect, expectTypeOf, test } from "vitest";
import { checkCell } from "./cells.ts";
import { checkGradient, type GradientComparison } from "./check-gradient.ts";
import "./vitest.ts";

const x = tensor([1], { dtype: "f64" });
const f = ({ w }: { w: Value }, y: Value): Value => mul(w, y);

test("checkGradient takes tensors in the trees of the function's arguments", () => {
  expectTypeOf(checkGradient(f, [{ w: x }, x], { order: 2 })).toEqualTypeOf<readonly GradientComparison[]>();
  // @ts-expect-error TS2353: the tree has no v
  checkGradient(f, [{ v: x }, x]);
  // @ts-expect-error TS2322: an argument is missing
  checkGradient(f, [{ w: x }]);
  // @ts-expect-error TS2322: there is no third order
  checkGradient(f, [{ w: x }, x], { order: 3 });
});

test("checkCell takes the number of features, or a sequence like the cell's inputs", () => {
  const cell = lstm(3, 4);
  expectTypeOf(checkCell(cell, { inputs: 3 })).toEqualTypeOf<void>();
  checkCell(cell, { inputs: x });
  // @ts-expect-error TS2322: an lstm takes one value per step
  checkCell(cell, { inputs: { x } });
});

test("the matchers are known to expect", () => {
  expect(x).toBeCloseToTensor([1], { relative: 1e-6 });
  expect(f).toHaveCorrectGradient({ w: x }, x);
  // @ts-expect-error TS2345: a tolerance has no other fields
  expect(x).toBeCloseToTensor([1], { digits: 6 });
  expectTypeOf<Parameters<ReturnType<typeof expect<Tensor>>["toBeCloseToTensor"]>[0]>().not.toBeAny();
});
