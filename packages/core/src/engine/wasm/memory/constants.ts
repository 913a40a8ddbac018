import * as i32 from "../encode/opcodes/i32.ts";
import * as v128 from "../encode/opcodes/v128.ts";
import type { Code } from "../encode/code.ts";
import type { EngineMemory } from "./memory.ts";

const vectorSize = 16;
const capacity = 4096;

/**
 * Vectors that code uses, in memory, each once. V8 makes a `v128.const` anew at every use, out of two scalar registers;
 * a load from memory is part of the instruction that uses it (gates of an LSTM: 22 against 31 us).
 */
export class ConstantPool {
  readonly #memory: EngineMemory;
  readonly #address: number;
  readonly #codes = new Map<string, Code>();
  #taken = 0;

  constructor(memory: EngineMemory) {
    this.#memory = memory;
    this.#address = memory.allocate(capacity * vectorSize);
  }

  /** Four equal lanes. */
  f32(x: number): Code {
    return this.#vector(`f32 ${exact(x)}`, () => new Float32Array(4).fill(x));
  }

  /** Two equal lanes. */
  f64(x: number): Code {
    return this.#vector(`f64 ${exact(x)}`, () => new Float64Array(2).fill(x));
  }

  /** Four equal lanes, or four given ones. */
  i32(x: number | readonly [number, number, number, number]): Code {
    return this.#vector(`i32 ${String(x)}`, () =>
      typeof x === "number" ? new Int32Array(4).fill(x) : Int32Array.from(x),
    );
  }

  /** Two equal lanes. */
  i64(x: bigint): Code {
    return this.#vector(`i64 ${x}`, () => new BigInt64Array(2).fill(x));
  }

  #vector(key: string, lanes: () => ArrayBufferView<ArrayBuffer>): Code {
    const code = this.#codes.get(key) ?? this.#load(new Uint8Array(lanes().buffer));
    this.#codes.set(key, code);
    return code;
  }

  #load(bytes: Uint8Array<ArrayBuffer>): Code {
    // All zeros and all ones take one instruction without an operand.
    const isSimple = bytes.every((byte) => byte === bytes[0]) && (bytes[0] === 0 || bytes[0] === 0xff);
    if (isSimple || this.#taken === capacity) return v128.const(bytes);
    const offset = this.#address + this.#taken++ * vectorSize;
    this.#memory.array("i32", offset, vectorSize / 4).set(new Int32Array(bytes.buffer));
    return v128.load({ address: i32.const(0), offset });
  }
}

const exact = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));
