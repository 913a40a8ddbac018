import type { DType } from "../../tensor/type.ts";
import type { Callee, Code, Local } from "./code.ts";
import type { Emission } from "./emission.ts";
import { multiplyAdd } from "./float.ts";
import type { FunctionBuilder } from "./function.ts";
import { load, store, type Lanes } from "./lanes.ts";
import { nest } from "./nest.ts";
import * as i32 from "./opcodes/i32.ts";
import * as i32x4 from "./opcodes/i32x4.ts";
import { splat } from "./site.ts";

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

/** A tile of a product: out = init + sum over k of a b, for some rows and columns. */
export interface MicroKernel {
  readonly dtype: "f32" | "f64" | "i32";
  readonly lanes: Lanes;
  readonly rows: number;
  readonly columns: number;
  readonly k: readonly Depth[];
  /** Along rows. */
  readonly a: number;
  /** Along columns. */
  readonly b: number;
  /** Absent: zero. */
  readonly init?: Along;
  readonly out: Along;
}

/** Steps along k in one turn of the loop. */
const unroll = 4;

/**
 * A function of the addresses of a, b, init if there is one, and out. All sums of the tile stay in registers, each summed
 * in the order of k.
 */
export const microKernel = (emission: Emission, kernel: MicroKernel): Callee =>
  emission.module.shared(`micro ${JSON.stringify(kernel)}`, () => {
    const parameters = new Array<"i32">(kernel.init ? 4 : 3).fill("i32");
    return emission.module.function(parameters, [], (f) => new MicroWriter(f, emission, kernel).write());
  });

class MicroWriter {
  readonly #f: FunctionBuilder;
  readonly #emission: Emission;
  readonly #kernel: MicroKernel;
  /** Elements in each vector of a row. */
  readonly #counts: readonly number[];
  readonly #sums: readonly (readonly Local[])[];

  constructor(f: FunctionBuilder, emission: Emission, kernel: MicroKernel) {
    this.#f = f;
    this.#emission = emission;
    this.#kernel = kernel;
    const { lanes, columns, rows } = kernel;
    this.#counts = Array.from({ length: Math.ceil(columns / lanes) }, (_, v) =>
      Math.min(lanes, columns - v * lanes),
    );
    this.#sums = Array.from({ length: rows }, () => this.#counts.map(() => f.local("v128")));
  }

  write(): void {
    const [a, b] = this.#f.parameters as [Local, Local];
    const { k, init, out } = this.#kernel;
    const initial = this.#f.parameters[2]!;
    this.#each((row, v) => {
      const start = init ? this.#load(init, initial, row, v) : splat(this.#emission, this.#kernel.dtype, 0);
      this.#f.set(this.#sums[row]![v]!, start);
    });
    const outer = k.slice(0, -1).map(({ size, a: alongA, b: alongB }) => ({ size, moves: [alongA, alongB] }));
    nest(this.#f, outer, [a, b], () => this.#loop(a, b, k.at(-1) ?? { size: 1, a: 0, b: 0 }));
    const result = this.#f.parameters.at(-1)!;
    this.#each((row, v) => {
      const elements = { ...this.#vector(v), stride: out.column };
      this.#f.do(store(elements, result, this.#offset(out, row, v), this.#sums[row]![v]!));
    });
  }

  #each(visit: (row: number, vector: number) => void): void {
    this.#sums.forEach((sums, row) => sums.forEach((_, v) => visit(row, v)));
  }

  #vector(v: number): { readonly dtype: DType; readonly lanes: Lanes; readonly count: number } {
    const { dtype, lanes } = this.#kernel;
    return { dtype, lanes, count: this.#counts[v]! };
  }

  #offset(along: Along, row: number, v: number): number {
    return row * along.row + v * this.#kernel.lanes * along.column;
  }

  #load(along: Along, address: Code, row: number, v: number): Code {
    return load({ ...this.#vector(v), stride: along.column }, address, this.#offset(along, row, v));
  }

  /** The innermost loop over k. Afterwards a and b are where they were. */
  #loop(a: Local, b: Local, depth: Depth): void {
    const f = this.#f;
    const turns = Math.floor(depth.size / unroll);
    const rest = depth.size % unroll;
    const turn = (steps: number): void => {
      for (let step = 0; step < steps; step++) this.#step(a, b, step * depth.a, step * depth.b);
      f.advance(a, steps * depth.a);
      f.advance(b, steps * depth.b);
    };
    if (turns > 1 && depth.b !== 0) {
      const end = f.let("i32", i32.add(b, i32.const(turns * unroll * depth.b)));
      f.loop(() => {
        turn(unroll);
        return i32.ne(b, end);
      });
      f.free(end);
    } else if (turns > 0) {
      f.repeat(turns, () => turn(unroll));
    }
    turn(rest);
    f.advance(a, -depth.size * depth.a);
    f.advance(b, -depth.size * depth.b);
  }

  /** One row of b, and of every row of a one element, which all columns share. */
  #step(a: Local, b: Local, offsetA: number, offsetB: number): void {
    const f = this.#f;
    const { b: stride, a: row, dtype, lanes } = this.#kernel;
    const vectors = this.#counts.map((_, v) =>
      f.let("v128", load({ ...this.#vector(v), stride }, b, offsetB + v * lanes * stride)),
    );
    this.#sums.forEach((sums, r) => {
      const element = f.let("v128", load({ dtype, lanes, count: lanes, stride: 0 }, a, offsetA + r * row));
      sums.forEach((sum, v) => f.set(sum, this.#multiplyAdd(element, vectors[v]!, sum)));
      f.free(element);
    });
    f.free(...vectors);
  }

  #multiplyAdd(x: Code, y: Code, z: Code): Code {
    const { dtype } = this.#kernel;
    return dtype === "i32" ? i32x4.add(i32x4.mul(x, y), z) : multiplyAdd(this.#emission, dtype, x, y, z);
  }
}
