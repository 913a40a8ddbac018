import fc from "fast-check";
import { expect, test } from "vitest";
import { UnsupportedError } from "../../../tensor/error.ts";
import { ConstantPool } from "./constants.ts";
import { EngineMemory } from "./memory.ts";

test("regions start on 64 bytes, do not overlap, and are used again", () => {
  const memory = new EngineMemory();
  const action = fc.record({ bytes: fc.integer({ min: 0, max: 3000 }), release: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const taken: { address: number; bytes: number }[] = [];
      for (const { bytes, release } of actions) {
        taken.push({ address: memory.allocate(bytes), bytes });
        if (release < taken.length) memory.release(taken.splice(release, 1)[0]!.address);
      }
      const sorted = taken.toSorted((a, b) => a.address - b.address);
      sorted.forEach(({ address, bytes }, i) => {
        expect(address % 64).toBe(0);
        expect(address + bytes).toBeLessThanOrEqual(sorted[i + 1]?.address ?? Infinity);
      });
      for (const { address } of taken) memory.release(address);
      expect(memory.used).toBe(0);
    }),
  );
  expect(memory.memory.buffer.byteLength).toBe(2 ** 20);
});

test("memory grows, and numbers stay where they are", () => {
  const memory = new EngineMemory();
  const small = memory.allocate(8);
  memory.array("f64", small, 1)[0] = 42;
  const large = memory.allocate(5 * 2 ** 20);
  memory.array("i32", large, 5 * 2 ** 18).fill(7);
  expect(memory.array("f64", small, 1)[0]).toBe(42);
});

test("memory that can't grow is an error with a remedy", () => {
  const memory = new EngineMemory();
  expect(() => memory.allocate(2 ** 33)).toThrow(UnsupportedError);
  expect(() => memory.allocate(2 ** 33)).toThrowErrorMatchingInlineSnapshot(`
    [UnsupportedError: wasm: 8192.0 MiB are needed in one piece where 0.0 are taken of 1.0, and the memory can't grow that far.
    Use smaller batches or shorter sequences, or dispose of programs that are not needed any more.]
  `);
  expect(memory.allocate(64)).toBe(0);
});

test("a constant is in memory once, and bits count", () => {
  const constants = new ConstantPool(new EngineMemory());
  expect(constants.f32(1.5)).toBe(constants.f32(1.5));
  const all = [
    constants.f32(1),
    constants.f64(1),
    constants.i32(1),
    constants.i64(1n),
    constants.f32(-0),
    constants.f32(0),
  ];
  expect(new Set(all.map((code) => JSON.stringify(code))).size).toBe(all.length);
});
