import type { Callee, Code, Local } from "../encode/code.ts";
import type { Emission } from "../emission.ts";
import type { FunctionBuilder } from "../encode/function.ts";
import { load, store, type Elements } from "../kernel/lanes.ts";
import { addressesOf, eachPair, multiplyAddOf, type TileKernel } from "./tile-kernel.ts";
import { nest, strip, type Turn } from "../kernel/nest.ts";
import * as v128 from "../encode/opcodes/v128.ts";
import * as f32x4 from "../encode/opcodes/f32x4.ts";
import * as f64x2 from "../encode/opcodes/f64x2.ts";
import * as i32x4 from "../encode/opcodes/i32x4.ts";
import { splat } from "../body/site.ts";

/**
 * A function of the addresses of a, b, what sums start from if it is not zero, and out, whose vectors run along k: for
 * a and b that both lie so. Every result is summed in all lanes, and in `chains` of them, that are added in the end.
 */
export const innerTileFunction = (emission: Emission, kernel: TileKernel, chains: number): Callee =>
  emission.module.shared(`inner ${chains} ${JSON.stringify(kernel)}`, () =>
    emission.module.function(addressesOf(kernel), [], (f) =>
      new InnerTileWriter(f, emission, kernel, chains).write(),
    ),
  );

class InnerTileWriter {
  readonly #f: FunctionBuilder;
  readonly #emission: Emission;
  readonly #kernel: TileKernel;
  /** By chain, row and column. */
  readonly #sums: readonly (readonly (readonly Local[])[])[];

  constructor(f: FunctionBuilder, emission: Emission, kernel: TileKernel, chains: number) {
    this.#f = f;
    this.#emission = emission;
    this.#kernel = kernel;
    const list = <T>(length: number, make: () => T): T[] => Array.from({ length }, make);
    this.#sums = list(chains, () => list(kernel.rows, () => list(kernel.columns, () => f.local("v128"))));
  }

  write(): void {
    const f = this.#f;
    const [a, b] = f.parameters as [Local, Local];
    const { k, dtype, lanes } = this.#kernel;
    const [outer, inner] = [k.slice(0, -1), k.at(-1)!];
    for (const sum of this.#sums.flat(2)) f.set(sum, splat(this.#emission, dtype, 0));
    const spans = outer.map(({ size, a: alongA, b: alongB }) => ({ size, moves: [alongA, alongB] }));
    nest(f, spans, [a, b], () => {
      const along = { size: inner.size, lanes, unroll: this.#sums.length, strides: [inner.a] };
      strip(f, along, (turn) => {
        for (let vector = 0; vector < turn.vectors; vector++) this.#step(a, b, turn, vector);
      });
    });
    const [sums, ...others] = this.#sums as [Local[][], ...Local[][][]];
    for (const other of others)
      sums.forEach((row, i) => row.forEach((sum, j) => f.set(sum, this.#add(sum, other[i]![j]!))));
    sums.forEach((row, i) => this.#writeRow(row, i));
  }

  #step(a: Local, b: Local, turn: Turn, vector: number): void {
    const { dtype, lanes, rows, columns, k, a: alongRows, b: alongColumns } = this.#kernel;
    const stride = k.at(-1)!.a;
    const elements: Elements = { dtype, lanes, count: turn.count, stride };
    const first = vector * lanes * stride;
    const loads = (address: Local, count: number, along: number): Code[] =>
      Array.from({ length: count }, (_, i) => load(elements, turn.at(address, stride), first + i * along));
    const sums = this.#sums[vector]!;
    eachPair(this.#f, loads(a, rows, alongRows), loads(b, columns, alongColumns), (row, column, x, y) => {
      const sum = sums[row]![column]!;
      this.#f.set(sum, multiplyAddOf(this.#emission, dtype, x, y, sum));
    });
  }

  /** Put the results of a row in their places, a vector of neighbours at a time. */
  #writeRow(sums: readonly Local[], row: number): void {
    const { dtype, lanes, start, out } = this.#kernel;
    const { parameters } = this.#f;
    for (let column = 0; column < sums.length; column += lanes) {
      const count = Math.min(lanes, sums.length - column);
      const place = (along: TileKernel["out"]): readonly [Elements, number] => [
        { dtype, lanes, count, stride: along.column },
        row * along.row + column * along.column,
      ];
      const [total] = sums;
      this.#f.set(total!, this.#across(sums.slice(column, column + count)));
      for (const init of start) {
        const [elements, offset] = place(init);
        this.#f.set(total!, this.#add(load(elements, parameters[2]!, offset), total!));
      }
      const [elements, offset] = place(out);
      this.#f.do(store(elements, parameters.at(-1)!, offset, total!));
    }
  }

  /** The sum of the lanes of each of some vectors, one in every lane. */
  #across(sums: readonly Local[]): Code {
    const [w, x, y = w, z = x] = [sums[0]!, sums[1] ?? sums[0]!, sums[2], sums[3]];
    if (this.#kernel.lanes === 2)
      return this.#add(v128.shuffle32(w, x, [0, 1, 4, 5]), v128.shuffle32(w, x, [2, 3, 6, 7]));
    const pair = (p: Code, q: Code): Code =>
      this.#add(v128.shuffle32(p, q, [0, 4, 1, 5]), v128.shuffle32(p, q, [2, 6, 3, 7]));
    const [low, high] = [this.#f.let("v128", pair(w, x)), this.#f.let("v128", pair(y, z))];
    this.#f.free(low, high);
    return this.#add(v128.shuffle32(low, high, [0, 1, 4, 5]), v128.shuffle32(low, high, [2, 3, 6, 7]));
  }

  #add(x: Code, y: Code): Code {
    const { dtype } = this.#kernel;
    return { f32: f32x4, f64: f64x2, i32: i32x4 }[dtype].add(x, y);
  }
}
