import type { Padding } from "@unroll/core";
import fc from "fast-check";

/** How a window of `size` moves along one axis, of `length` entries. */
export interface Slide {
  readonly size: number;
  readonly length: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: Padding;
}

const reach = ({ size, dilation }: Slide): number => 1 + dilation * (size - 1);

/** The places of a window: where it starts on an axis whose entries are counted from 0 behind the padding. */
export function starts(along: Slide): readonly number[] {
  const { length, stride, padding } = along;
  if (padding === "same") {
    const count = Math.ceil(length / stride);
    const missing = Math.max(0, (count - 1) * stride + reach(along) - length);
    return Array.from({ length: count }, (_, i) => i * stride - Math.floor(missing / 2));
  }
  const [before, after] = typeof padding === "number" ? [padding, padding] : padding;
  const all: number[] = [];
  for (let at = -before; at + reach(along) <= length + after; at += stride) all.push(at);
  return all;
}

const pair = fc.tuple(fc.nat(2), fc.nat(2));
const padding: fc.Arbitrary<Padding> = fc.oneof(fc.nat(2), fc.constant("same" as const), pair);

/** A window that fits, or a kernel. */
export const arbitrarySlide: fc.Arbitrary<Slide> = fc
  .record({
    size: fc.integer({ min: 1, max: 3 }),
    length: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 2 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    padding,
  })
  .filter((along) => starts(along).length > 0);
