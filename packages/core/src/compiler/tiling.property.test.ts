import fc from "fast-check";
import { expect, test } from "vitest";
import { blocks, blocksOf, stripes, type Repeated } from "./tiling.ts";

const size = fc.integer({ min: 1, max: 1000 });
const small = fc.integer({ min: 1, max: 20 });
const total = (parts: readonly Repeated[]): number => parts.reduce((sum, [each, n]) => sum + each * n, 0);
const sizes = (parts: readonly Repeated[]): number[] =>
  parts.flatMap(([each, n]) => Array<number>(n).fill(each));

test("blocks have all rows, none too many, and differ by one at most", () => {
  fc.assert(
    fc.property(size, size, (rows, limit) => {
      const parts = blocks(rows, limit);
      expect(total(parts)).toBe(rows);
      const each = sizes(parts);
      expect(Math.max(...each)).toBeLessThanOrEqual(limit);
      expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1);
    }),
  );
});

test("blocks of tiles have all rows, whole tiles but in the last one, and a tile where not even that is allowed", () => {
  fc.assert(
    fc.property(size, small, fc.oneof(size, fc.constant(Infinity)), (rows, height, limit) => {
      const parts = blocksOf(rows, height, limit);
      expect(total(parts)).toBe(rows);
      const each = sizes(parts);
      expect(Math.min(...each)).toBeGreaterThan(0);
      expect(Math.max(...each)).toBeLessThanOrEqual(Math.max(height, limit));
      for (const whole of each.slice(0, -1)) expect(whole % height).toBe(0);
    }),
  );
});

test("stripes are as wide as they may be, and the last one has what is left", () => {
  fc.assert(
    fc.property(size, small, (columns, limit) => {
      const each = sizes(stripes(columns, limit));
      expect(each.reduce((sum, n) => sum + n, 0)).toBe(columns);
      for (const whole of each.slice(0, -1)) expect(whole).toBe(limit);
      expect(each.at(-1)).toBeLessThanOrEqual(limit);
    }),
  );
});
