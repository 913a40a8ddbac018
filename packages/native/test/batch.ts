import { expect } from "vitest";
import type { DType, TypedArray } from "@unroll/core";
import { byteSize, expandKernel } from "@unroll/core/engine";
import type { Emitted } from "../../core/src/ir/emit.ts";
import type { Buffer } from "../../core/src/ir/view.ts";
import type { Expect } from "../../core/test/kernels/expect.ts";
import { run } from "../../core/test/views.ts";
import { NativeMemory } from "../src/memory.ts";
import { scratchBytes } from "../src/print/contract/blocking.ts";
import { Functions } from "../src/print/functions.ts";
import { kernelFunction } from "../src/print/kernel.ts";
import { typeName } from "../src/print/names.ts";
import { prelude } from "../src/print/prelude.ts";
import { vectorPrelude } from "../src/print/vectors.ts";
import { findCompiler } from "../src/toolchain/compiler.ts";
import { Libraries } from "../src/toolchain/library.ts";

/** Elements around every buffer, so that writing outside of it is seen. */
const margin = 16;

/** What a kernel is called on. */
interface Case {
  readonly emitted: Emitted;
  readonly arrays: ReadonlyMap<Buffer, TypedArray>;
  readonly fused: boolean;
  /** The test that asks. */
  readonly title: string | undefined;
}

/** So many are compiled at once. */
const enough = 100;

/** Kernels that wait to be compiled together: a compiler takes longer to start than to compile most of them. */
export class Batch {
  readonly #memory = new NativeMemory();
  readonly #libraries = new Libraries(findCompiler(undefined), undefined);
  readonly #scratch = this.#memory.allocate(scratchBytes);
  readonly #cases: Case[] = [];

  /** Compare one of so many kernels with the reference engine, later. */
  expectSame({ fused, oneOf }: { readonly fused: boolean; readonly oneOf: number }): Expect {
    let seen = 0;
    return (emitted, arrays) => {
      if (!emitted || seen++ % oneOf !== 0) return;
      this.#cases.push({ emitted, arrays, fused, title: expect.getState().currentTestName });
    };
  }

  /** Compile and compare all that wait, if it is worth starting a compiler. */
  checkSome(): void {
    if (this.#cases.length >= enough) this.check();
  }

  /** Compile and compare all that wait. */
  check(): void {
    for (const fused of [false, true]) {
      const cases = this.#cases.filter((one) => one.fused === fused);
      if (cases.length > 0) this.#checkAll(cases, fused);
    }
    this.#cases.length = 0;
  }

  #checkAll(cases: readonly Case[], fused: boolean): void {
    const compiler = findCompiler(undefined);
    const target = { ...compiler.machine, fused: fused && compiler.canFuse };
    const functions = new Functions(target);
    const entries = cases.map(({ emitted: { kernel, operands } }, i) => {
      const expanded = expandKernel(kernel);
      const name = kernelFunction(functions, expanded, expanded);
      const pointers = operands.map(({ buffer }, o) => `(${typeName(buffer.dtype)} *)(u64)told[${o}]`);
      if (kernel.form === "contract") pointers.push(`(void *)(u64)told[${operands.length}]`);
      return `void run${i}(u64 at) { f64 *told = (f64 *)at; ${name}(${pointers.join(", ")}); }`;
    });
    const text = [prelude(target), vectorPrelude(target, ["f32", "f64", "i32"]), functions, ...entries];
    const library = this.#libraries.load(text.join("\n"));
    cases.forEach((one, i) => this.#checkOne(one, library.func(`run${i}`, "void", ["uint64"])));
  }

  #checkOne({ emitted, arrays, title }: Case, call: (told: number) => unknown): void {
    const expected = copyOf(arrays);
    run(emitted, expected);
    const places = [...arrays].map(([buffer, array]) => {
      const length = array.length + 2 * margin;
      const address = this.#memory.allocate(length * byteSize(buffer.dtype));
      const whole = this.#memory.array(buffer.dtype, address, length);
      whole.fill(untouched(buffer.dtype)).set(array, margin);
      return { buffer, address, whole };
    });
    const addresses = emitted.operands.map(({ buffer, offset }) => {
      const { address } = places.find((place) => place.buffer === buffer)!;
      return address + (margin + offset) * byteSize(buffer.dtype);
    });
    const told = this.#memory.allocate(8 * (addresses.length + 1));
    this.#memory.array("f64", told, addresses.length + 1).set([...addresses, this.#scratch]);
    call(told);
    this.#memory.release(told);
    for (const { buffer, address, whole } of places) {
      const outside = [...whole.subarray(0, margin), ...whole.subarray(-margin)];
      const found = whole.slice(margin, -margin);
      this.#memory.release(address);
      expect(
        outside.every((x) => Object.is(x, untouched(buffer.dtype))),
        `${title}: nothing beside`,
      ).toBe(true);
      expect(found, title).toEqual(expected.get(buffer));
    }
  }
}

const untouched = (dtype: DType): number => (dtype === "f32" || dtype === "f64" ? NaN : -123456789);

const copyOf = (arrays: ReadonlyMap<Buffer, TypedArray>): Map<Buffer, TypedArray> =>
  new Map([...arrays].map(([buffer, array]) => [buffer, array.slice()]));
