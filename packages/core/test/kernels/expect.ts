import type { TypedArray } from "../../src/tensor/type.ts";
import type { Emitted } from "../../src/ir/emit.ts";
import type { Buffer, View } from "../../src/ir/view.ts";
import { filled } from "../views.ts";

/** Asserts that what was emitted does to arrays, to the bit, what it does on the reference engine. */
export type Expect = (emitted: Emitted | undefined, arrays: ReadonlyMap<Buffer, TypedArray>) => void;

/** An array for each view's buffer, with small whole numbers: their sums are exact in any order. */
export const filledAll = (...views: readonly View[]): Map<Buffer, TypedArray> =>
  new Map(views.map((view) => [view.buffer, filled(view)]));
