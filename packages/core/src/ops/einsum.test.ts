import { describe, expect, test } from "vitest";
import { f64, numbers, slope, slopeOf } from "../../test/numbers.ts";
import { input } from "../graph/graph.ts";
import { square } from "./arithmetic.ts";
import { einsum } from "./einsum.ts";

const value = (label: string, ...shape: number[]) => input({ dtype: "f32", shape }, label);

const a = f64([
  [1, 2],
  [3, 4],
]);
const b = f64([
  [5, 6],
  [7, 8],
]);
const v = f64([1, 10]);

describe("einsum", () => {
  test("sums products over the letters that the result lacks", () => {
    expect(numbers(einsum("ij,jk->ik", a, b))).toEqual([19, 22, 43, 50]);
    expect(numbers(einsum("ij,ij->ij", a, b))).toEqual([5, 12, 21, 32]);
    expect(numbers(einsum("ij,ij->i", a, b))).toEqual([17, 53]);
    expect(numbers(einsum("ij,ij->", a, b))).toEqual([70]);
    expect(numbers(einsum("i,j->ij", v, v))).toEqual([1, 10, 10, 100]);
    expect(numbers(einsum("ij,j->i", a, v))).toEqual([21, 43]);
    expect(numbers(einsum(",i->i", f64(3), v))).toEqual([3, 30]);
  });

  test("sums over letters of one operand only", () => {
    expect(numbers(einsum("ij,k->k", a, v))).toEqual([10, 100]);
    expect(numbers(einsum("ij,kj->i", a, b))).toEqual([40, 92]);
  });

  test("arranges the axes of the result as it is written", () => {
    expect(numbers(einsum("ij,jk->ki", a, b))).toEqual([19, 43, 22, 50]);
    expect(einsum("bld,bd->lb", value("notes", 4, 7, 3), value("query", 4, 3)).shape).toEqual([7, 4]);
  });

  test("of one operand transposes and sums", () => {
    expect(numbers(einsum("ij->ji", a))).toEqual([1, 3, 2, 4]);
    expect(numbers(einsum("ij->j", a))).toEqual([4, 6]);
    expect(numbers(einsum("ij -> ", a))).toEqual([10]);
  });

  test("contracts several operands from the left", () => {
    expect(numbers(einsum("ij,jk,k->i", a, b, v))).toEqual([239, 543]);
    expect(numbers(einsum("i,ij,j->", v, a, v))).toEqual([451]);
    // The middle operand lacks the letter that the outer ones share.
    expect(numbers(einsum("i,j,i->j", v, v, v))).toEqual([101, 1010]);
  });

  test("has for gradients formulas with letters exchanged", () => {
    const dy = f64([
      [1, 0],
      [2, 1],
    ]);
    expect(numbers(slopeOf((x) => einsum("ij,jk->ik", x, b), a, dy))).toEqual([5, 7, 16, 22]);
    expect(numbers(slopeOf((x) => einsum("ij,jk->ki", a, x), b, dy))).toEqual([1, 5, 2, 8]);
    expect(numbers(slope((x) => einsum("ij,kj->i", x, b), a))).toEqual([12, 14, 12, 14]);
    expect(numbers(slope((x) => einsum("ij,kj->i", a, x), b))).toEqual([4, 6, 4, 6]);
    expect(numbers(slope((x) => einsum("i,ij,j->", x, a, x), v))).toEqual([52, 85]);
  });

  test("has a second derivative", () => {
    // x^T A x twice: the gradient is (A + A^T) x, the gradient of its sum (A + A^T) 1.
    expect(numbers(slope((y) => slope((x) => einsum("i,ij,j->", x, a, x), y), v))).toEqual([7, 13]);
    expect(numbers(slope((y) => slope((x) => square(einsum("i,i->", x, f64([1, 10]))), y), v))).toEqual([
      22, 220,
    ]);
  });

  test("names the letter and its sizes when operands do not fit", () => {
    const [notes, query] = [value("notes", 4, 7, 64), value("query", 4, 128)];
    expect(() => einsum("bld,bd->bl", notes, query)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: einsum: "bld,bd->bl": the letter d is 64 in notes f32[4, 7, 64] and 128 in query f32[4, 128].]`,
    );
    expect(() => einsum("bl,bd->ld", notes, query)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: einsum: "bl,bd->ld": "bl" does not name the axes of notes f32[4, 7, 64].]`,
    );
    expect(() => einsum("bld->bl", notes, query)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: einsum: "bld->bl" has 1 operand, and 2 were given.]`,
    );
  });

  test("refuses what is no formula", () => {
    const m = value("m", 3, 3);
    expect(() => einsum("ii->i", m)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: einsum: "ii->i": the letter i stands for two axes of m f32[3, 3].
      For a diagonal, use two letters and multiply by cast(equal(unsqueeze(iota(n), 1), iota(n)), x.type.dtype).]
    `);
    expect(() => einsum("ij->iij", m)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: einsum: "ij->iij": the letter i stands twice in the result.]`,
    );
    expect(() => einsum("ij->ik", m)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: einsum: "ij->ik": the letter k of the result stands in no operand.
      To repeat a value, use broadcastTo.]
    `);
    expect(() => einsum("...j->j", m)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: einsum: "...j->j" is no formula: those have letters, commas between operands, and one arrow.
      For example "ij,jk->ik".]
    `);
    expect(() => einsum("ij", m)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: einsum: "ij" is no formula: those have letters, commas between operands, and one arrow.
      For example "ij,jk->ik".]
    `);
    expect(() => einsum("ij->i", input({ dtype: "i32", shape: [3, 3] }, "ids")))
      .toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: einsum: ids i32[3, 3]: einsum is defined on f32, f64.
      Convert it first: cast(ids, "f32").]
    `);
  });
});
