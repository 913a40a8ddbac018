import { expect, test } from "vitest";
import { countOf } from "../../test/trees.ts";
import { mut1, mut2, mut3 } from "../index.ts";

const [I, H] = [3, 4];

test("MUT1 and MUT2 project the input where sizes differ, and only there", () => {
  expect(mut1(I, H).params.wp?.shape).toEqual([I, H]);
  expect(mut2(I, H).params.wp?.shape).toEqual([I, H]);
  expect([mut1(H, H).params.wp, mut2(H, H).params.wp]).toEqual([undefined, undefined]);
});

test("each has the matrices of its equations, and no others", () => {
  expect(countOf(mut1(H, H).params)).toBe(4 * H * H + 3 * H);
  expect(countOf(mut2(H, H).params)).toBe(5 * H * H + 3 * H);
  expect(countOf(mut3(I, H).params)).toBe(3 * I * H + 3 * H * H + 3 * H);
});

test("a size that is none is named", () => {
  expect(() => mut1(2, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: mut1: hidden is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => mut2(0, 2)).toThrow("mut2: inputs is 0.");
  expect(() => mut3(0, 2)).toThrow("mut3: inputs is 0.");
});
