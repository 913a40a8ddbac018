import { expect } from "vitest";
import { allocate, type DType, type TypedArray } from "../src/tensor/type.ts";
import { byteSize } from "../src/tensor/type.ts";
import type { Kernel } from "../src/ir/kernel.ts";
import type { Emitted } from "../src/ir/emit.ts";
import type { Buffer } from "../src/ir/view.ts";
import { ConstantPool } from "../src/engine/wasm/memory/constants.ts";
import { scratchSize } from "../src/engine/wasm/contract/packed.ts";
import type { Target } from "../src/engine/wasm/emission.ts";
import { importedFunctions } from "../src/engine/wasm/body/imported.ts";
import { kernelFunction } from "../src/engine/wasm/kernel/kernel.ts";
import { run } from "./views.ts";
import { EngineMemory } from "../src/engine/wasm/memory/memory.ts";
import { ModuleBuilder } from "../src/engine/wasm/encode/module.ts";

const memory = new EngineMemory();
const constants = new ConstantPool(memory);
const scratch = memory.allocate(scratchSize);

/** Code in which products are rounded before they are added. */
export const separate: Target = { relaxed: false, keepsOrder: true };

/** A kernel alone, or a share of one, as a function of the addresses of its operands. */
export function compileKernel(
  kernel: Kernel,
  target: Target = separate,
  whole: Kernel = kernel,
): (...addresses: number[]) => void {
  const module = new ModuleBuilder({ pages: 1 });
  module.export("run", kernelFunction({ module, constants, target }, kernel, whole));
  const unroll = { ...importedFunctions(), memory: memory.memory, scratch };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { unroll });
  return exports.run as (...addresses: number[]) => void;
}

/** Elements around every buffer, so that writing outside of it is seen. */
const margin = 16;

/**
 * Run what was emitted, if anything was, on copies of arrays in memory that is full of NaN elsewhere, and put the
 * results back into the arrays. Throws when something outside of the buffers has changed.
 */
export function runOnWasm(
  emitted: Emitted | undefined,
  arrays: ReadonlyMap<Buffer, TypedArray>,
  target: Target = separate,
  whole?: Kernel,
): void {
  if (!emitted) return;
  const run = compileKernel(emitted.kernel, target, whole);
  const places = [...arrays].map(([buffer, array]) => {
    const length = array.length + 2 * margin;
    const address = memory.allocate(length * byteSize(buffer.dtype));
    return { buffer, array, address, length };
  });
  const arrayAt = ({ buffer, address, length }: (typeof places)[number]): TypedArray =>
    memory.array(buffer.dtype, address, length);
  for (const place of places) {
    arrayAt(place).fill(untouched(place.buffer.dtype));
    arrayAt(place).set(place.array, margin);
  }
  const addresses = emitted.operands.map(({ buffer, offset }) => {
    const { address } = places.find((place) => place.buffer === buffer)!;
    return address + (margin + offset) * byteSize(buffer.dtype);
  });
  run(...addresses);
  for (const place of places) {
    const found = arrayAt(place).slice();
    const outside = [...found.subarray(0, margin), ...found.subarray(-margin)];
    if (!outside.every((x) => Object.is(x, untouched(place.buffer.dtype))))
      throw new Error(`something beside ${place.buffer.name} was written: ${outside.join(" ")}`);
    place.array.set(found.subarray(margin, -margin));
    memory.release(place.address);
  }
}

const untouched = (dtype: DType): number => (dtype === "f32" || dtype === "f64" ? NaN : -123456789);

export const copyOf = (arrays: ReadonlyMap<Buffer, TypedArray>): Map<Buffer, TypedArray> =>
  new Map([...arrays].map(([buffer, array]) => [buffer, copyArray(buffer.dtype, array)]));

function copyArray(dtype: DType, array: TypedArray): TypedArray {
  const copy = allocate(dtype, array.length);
  copy.set(array);
  return copy;
}

/**
 * What was emitted does to arrays, to the bit, what it does on the reference engine; also where nothing should happen.
 */
export function expectSame(
  emitted: Emitted | undefined,
  arrays: ReadonlyMap<Buffer, TypedArray>,
  target: Target = separate,
): void {
  const [expected, found] = [copyOf(arrays), copyOf(arrays)];
  run(emitted, expected);
  runOnWasm(emitted, found, target);
  for (const buffer of arrays.keys()) expect(found.get(buffer)).toEqual(expected.get(buffer));
}
