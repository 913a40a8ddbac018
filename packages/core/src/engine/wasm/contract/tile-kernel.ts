import type { Code } from "../encode/code.ts";
import type { FunctionBuilder } from "../encode/function.ts";
import * as i32x4 from "../encode/opcodes/i32x4.ts";
import { multiplyAdd } from "../body/float.ts";
import type { Emission } from "../emission.ts";
import type { Lanes } from "../kernel/lanes.ts";

/** By how many bytes an operand moves along the rows and columns of a tile. */
export interface Along {
  readonly row: number;
  readonly column: number;
}

/** A loop over products that are summed, and by how many bytes a and b move along it. */
export interface Depth {
  readonly size: number;
  readonly a: number;
  readonly b: number;
}

/** A tile of a product: out = start + sum over k of a b, for some rows and columns. */
export interface TileKernel {
  readonly dtype: "f32" | "f64" | "i32";
  readonly lanes: Lanes;
  readonly rows: number;
  readonly columns: number;
  readonly k: readonly Depth[];
  /** Along rows. */
  readonly a: number;
  /** Along columns. */
  readonly b: number;
  /** What the sums start from; nothing, if from zero. */
  readonly start: readonly Along[];
  readonly out: Along;
}

export const addressesOf = ({ start }: TileKernel): "i32"[] => new Array<"i32">(3 + start.length).fill("i32");

/** x y + z, for all that has products. */
export const multiplyAddOf = (
  emission: Emission,
  dtype: TileKernel["dtype"],
  x: Code,
  y: Code,
  z: Code,
): Code => (dtype === "i32" ? i32x4.add(i32x4.mul(x, y), z) : multiplyAdd(emission, dtype, x, y, z));

/**
 * Every pair of two lists of vectors. The shorter list is loaded first, the longer one element by element: what is in
 * registers at once has to fit.
 */
export function eachPair(
  f: FunctionBuilder,
  rows: readonly Code[],
  columns: readonly Code[],
  visit: (row: number, column: number, x: Code, y: Code) => void,
): void {
  const holdsRows = rows.length < columns.length;
  const kept = (holdsRows ? rows : columns).map((code) => f.let("v128", code));
  (holdsRows ? columns : rows).forEach((code, i) => {
    const passing = f.let("v128", code);
    kept.forEach((held, j) => (holdsRows ? visit(j, i, held, passing) : visit(i, j, passing, held)));
    f.free(passing);
  });
  f.free(...kept);
}
