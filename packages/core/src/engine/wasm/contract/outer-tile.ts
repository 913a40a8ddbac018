import type { DType } from "../../../tensor/type.ts";
import type { Callee, Code, Local } from "../encode/code.ts";
import type { Emission } from "../emission.ts";
import type { FunctionBuilder } from "../encode/function.ts";
import { load, store, type Lanes } from "../kernel/lanes.ts";
import { nest } from "../kernel/nest.ts";
import * as i32 from "../encode/opcodes/i32.ts";
import { splat } from "../body/site.ts";
import {
  addressesOf,
  eachPair,
  multiplyAddOf,
  type Along,
  type Depth,
  type TileKernel,
} from "./tile-kernel.ts";

/**
 * A function of the addresses of a, b, what sums start from if it is not zero, and out. Vectors run along columns. All
 * sums of the tile stay in registers, each summed in the order of k.
 */
export const outerTileFunction = (emission: Emission, kernel: TileKernel): Callee =>
  emission.module.shared(`outer ${JSON.stringify(kernel)}`, () =>
    emission.module.function(addressesOf(kernel), [], (f) =>
      new OuterTileWriter(f, emission, kernel).write(),
    ),
  );

class OuterTileWriter {
  readonly #f: FunctionBuilder;
  readonly #emission: Emission;
  readonly #kernel: TileKernel;
  /** Elements in each vector of a row. */
  readonly #counts: readonly number[];
  readonly #sums: readonly (readonly Local[])[];

  constructor(f: FunctionBuilder, emission: Emission, kernel: TileKernel) {
    this.#f = f;
    this.#emission = emission;
    this.#kernel = kernel;
    const { lanes, columns, rows } = kernel;
    const vectors = Math.ceil(columns / lanes);
    this.#counts = Array.from({ length: vectors }, (_, v) => Math.min(lanes, columns - v * lanes));
    this.#sums = Array.from({ length: rows }, () => this.#counts.map(() => f.local("v128")));
  }

  write(): void {
    const { parameters } = this.#f;
    const [a, b, initial] = parameters as [Local, Local, Local];
    const { k, start, out, dtype } = this.#kernel;
    const [init] = start;
    this.#each((row, v) => {
      const first = init ? this.#load(init, initial, row, v) : splat(this.#emission, dtype, 0);
      this.#f.set(this.#sums[row]![v]!, first);
    });
    const outer = k.slice(0, -1).map(({ size, a: alongA, b: alongB }) => ({ size, moves: [alongA, alongB] }));
    nest(this.#f, outer, [a, b], () => this.#loop(a, b, k.at(-1) ?? { size: 1, a: 0, b: 0 }));
    this.#each((row, v) => {
      const elements = { ...this.#vector(v), stride: out.column };
      this.#f.do(store(elements, parameters.at(-1)!, this.#offset(out, row, v), this.#sums[row]![v]!));
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
    const step = (): void => {
      this.#step(a, b);
      f.advance(a, depth.a);
      f.advance(b, depth.b);
    };
    if (depth.size > 1 && depth.b !== 0) {
      const end = f.let("i32", i32.add(b, i32.const(depth.size * depth.b)));
      f.loop(() => {
        step();
        return i32.ne(b, end);
      });
      f.free(end);
    } else if (depth.size > 0) {
      f.repeat(depth.size, step);
    }
    f.advance(a, -depth.size * depth.a);
    f.advance(b, -depth.size * depth.b);
  }

  /** One row of b, and of every row of a one element, which all columns share. */
  #step(a: Local, b: Local): void {
    const { dtype, lanes, a: alongRows, b: column } = this.#kernel;
    const elements = this.#sums.map((_, row) =>
      load({ dtype, lanes, count: lanes, stride: 0 }, a, row * alongRows),
    );
    const vectors = this.#counts.map((_, v) => this.#load({ row: 0, column }, b, 0, v));
    eachPair(this.#f, elements, vectors, (row, v, x, y) => {
      const sum = this.#sums[row]![v]!;
      this.#f.set(sum, multiplyAddOf(this.#emission, dtype, x, y, sum));
    });
  }
}
