import fc from "fast-check";
import { expect, test } from "vitest";
import { Bytes } from "./bytes.ts";
import { signed, unsigned, type Code } from "./code.ts";
import { ModuleBuilder } from "./module.ts";
import * as i32 from "./opcodes/i32.ts";

const bytesOf = (code: Code): number[] => {
  const bytes = new Bytes();
  bytes.write(code);
  return [...bytes.all];
};

/** LEB128 as its definition has it: seven bits to a byte, the lowest first, all but the last with the upper bit set. */
const decode = (bytes: readonly number[]): bigint =>
  bytes.reduce((sum, byte, i) => sum + (BigInt(byte & 0x7f) << BigInt(7 * i)), 0n);

test("unsigned integers have seven bits to a byte", () => {
  expect(bytesOf(unsigned(624485))).toEqual([0xe5, 0x8e, 0x26]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (n) => {
      const bytes = bytesOf(unsigned(n));
      expect(decode(bytes)).toBe(BigInt(n));
      expect(bytes.map((byte) => byte >> 7)).toEqual(bytes.map((_, i) => Number(i < bytes.length - 1)));
    }),
  );
});

test("signed integers keep their sign in the last byte", () => {
  expect(bytesOf(signed(-123456))).toEqual([0xc0, 0xbb, 0x78]);
  fc.assert(
    fc.property(fc.integer(), (n) => {
      const bytes = bytesOf(signed(n));
      expect(BigInt.asIntN(7 * bytes.length, decode(bytes))).toBe(BigInt(n));
    }),
  );
});

test("a module has functions that call each other, loops, and what it imports", () => {
  const module = new ModuleBuilder({ pages: 1 });
  const twice = module.import("twice", ["i32"], ["i32"]);
  const sum = module.function(["i32"], ["i32"], (f) => {
    const total = f.let("i32", module.global("start"));
    f.repeat(3, () => f.set(total, i32.add(total, [f.parameters[0]!, twice])));
    f.if(i32.lt_s(total, i32.const(0)), () => f.set(total, i32.const(-1)));
    f.do(total);
  });
  module.export("sum", sum);
  const unroll = { memory: new WebAssembly.Memory({ initial: 1 }), twice: (x: number) => 2 * x, start: 100 };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { unroll });
  const run = exports.sum as (x: number) => number;
  expect([run(1), run(-20)]).toEqual([106, -1]);
});

test("a local that is freed is used again for its type", () => {
  const module = new ModuleBuilder({ pages: 1 });
  module.function([], [], (f) => {
    const [a, b] = [f.local("i32"), f.local("v128")];
    f.free(a, b);
    expect([f.local("v128"), f.local("i32"), f.local("i32").index]).toEqual([b, a, 2]);
  });
});
